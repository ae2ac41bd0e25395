//! Tables of text that fit where they are shown.

/// A column: its title and how it gives way where there is too little room.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column<'a> {
    title: &'a str,
    /// The higher, the sooner it is left out; 0 stays.
    rank: u8,
    /// Down to how many characters its texts may be cut; 0: they are shown whole.
    least: usize,
    /// Whether it is left out where it has nothing to say.
    optional: bool,
    /// The text that is no news: with any other one the column stays.
    usual: Option<&'a str>,
}

impl<'a> Column<'a> {
    /// One that is always shown, and whole.
    pub(crate) const fn new(title: &'a str) -> Self {
        Self {
            title,
            rank: 0,
            least: 0,
            optional: false,
            usual: None,
        }
    }

    /// Lets its texts be cut, down to `least` characters.
    pub(crate) const fn cut(mut self, least: usize) -> Self {
        self.least = least;
        self
    }

    /// Lets it be left out; those of a higher rank go first.
    pub(crate) const fn rank(mut self, rank: u8) -> Self {
        self.rank = rank;
        self
    }

    /// Leaves it out where all its texts are empty or hyphens.
    pub(crate) const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Lets it stay, whatever its rank, where one of its texts is not `text`.
    pub(crate) const fn usually(mut self, text: &'a str) -> Self {
        self.usual = Some(text);
        self
    }

    /// Its title.
    pub(crate) fn title(&self) -> &'a str {
        self.title
    }
}

/// Between two columns.
const GAP: usize = 2;

/// Lines of columns that stand under their titles; numbers stand at the right. No line is longer
/// than `width`, if that is given: texts are cut, then columns left out.
pub(crate) fn table(columns: &[Column<'_>], rows: &[Vec<String>], width: Option<usize>) -> String {
    let mut shown: Vec<Shown<'_>> = columns
        .iter()
        .enumerate()
        .filter(|(index, column)| !column.optional || says(rows, *index))
        .map(|(index, column)| Shown::new(index, column, rows))
        .collect();
    if let Some(width) = width {
        fit(&mut shown, width);
    }
    let mut lines = vec![line(&shown, |one| one.column.title.to_string())];
    lines.extend(rows.iter().map(|row| line(&shown, |one| one.cell(row))));
    lines.join("\n")
}

fn says(rows: &[Vec<String>], index: usize) -> bool {
    let mut cells = rows.iter().filter_map(|row| row.get(index));
    cells.any(|cell| !is_nothing(cell))
}

fn is_nothing(cell: &str) -> bool {
    cell.is_empty() || cell == "-"
}

struct Shown<'a> {
    index: usize,
    column: &'a Column<'a>,
    natural: usize,
    width: usize,
    is_number: bool,
    rank: u8,
}

impl<'a> Shown<'a> {
    fn new(index: usize, column: &'a Column<'a>, rows: &[Vec<String>]) -> Self {
        let cells = || rows.iter().filter_map(|row| row.get(index));
        let is_number = |cell: &String| cell.parse::<f64>().is_ok();
        let longest = cells().map(|cell| one_line(cell).chars().count()).max();
        let natural = longest.unwrap_or(0).max(column.title.chars().count());
        let is_news = |cell: &String| Some(cell.as_str()) != column.usual && !is_nothing(cell);
        let stays = column.usual.is_some() && cells().any(is_news);
        Self {
            index,
            column,
            rank: if stays { 0 } else { column.rank },
            natural,
            width: natural,
            is_number: cells().any(is_number) && cells().all(|cell| cell == "-" || is_number(cell)),
        }
    }

    fn cell(&self, row: &[String]) -> String {
        shortened(row.get(self.index).map_or("", String::as_str), self.width)
    }
}

fn line(shown: &[Shown<'_>], cell: impl Fn(&Shown<'_>) -> String) -> String {
    let mut out = String::new();
    for (position, one) in shown.iter().enumerate() {
        if position > 0 {
            out.push_str(&" ".repeat(GAP));
        }
        let text = shortened(&cell(one), one.width);
        let padding = " ".repeat(one.width.saturating_sub(text.chars().count()));
        if one.is_number {
            out.push_str(&padding);
            out.push_str(&text);
        } else {
            out.push_str(&text);
            out.push_str(&padding);
        }
    }
    out.trim_end().to_string()
}

/// Cuts texts, the longest first; where that is not enough, leaves columns out.
fn fit(shown: &mut Vec<Shown<'_>>, width: usize) {
    loop {
        for one in &mut *shown {
            one.width = one.natural;
        }
        let gaps = GAP * shown.len().saturating_sub(1);
        let mut over =
            (shown.iter().map(|one| one.width).sum::<usize>() + gaps).saturating_sub(width);
        while over > 0 {
            let can_give = |one: &&mut Shown<'_>| one.column.least > 0 && one.width > one.least();
            let Some(longest) = shown
                .iter_mut()
                .filter(can_give)
                .max_by_key(|one| one.width)
            else {
                break;
            };
            longest.width -= 1;
            over -= 1;
        }
        let last = shown
            .iter()
            .enumerate()
            .filter(|(_, one)| one.rank > 0)
            .max_by_key(|(_, one)| one.rank);
        match last {
            Some((position, _)) if over > 0 => {
                shown.remove(position);
            }
            _ => return,
        }
    }
}

impl Shown<'_> {
    fn least(&self) -> usize {
        self.column.least.max(self.column.title.chars().count())
    }
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r', '\t'], " ")
}

/// The text on one line and no longer than `longest` characters.
pub(crate) fn shortened(text: &str, longest: usize) -> String {
    let text = one_line(text);
    if text.chars().count() <= longest {
        return text;
    }
    text.chars()
        .take(longest.saturating_sub(1))
        .chain("…".chars())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column<'_>; 4] = [
        Column::new("NAME").cut(6),
        Column::new("RUNS"),
        Column::new("AVG MS").rank(2),
        Column::new("LAST ERROR").cut(12).rank(1),
    ];

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(ToString::to_string).collect()
    }

    fn rows() -> [Vec<String>; 2] {
        [
            row(&["area", "5", "1.5", "-"]),
            row(&["a-very-long-name", "-", "2", "ValueError: out of range"]),
        ]
    }

    #[test]
    fn columns_line_up() {
        let text = table(&COLUMNS, &rows(), None);
        assert_eq!(
            text,
            "NAME              RUNS  AVG MS  LAST ERROR\n\
             area                 5     1.5  -\n\
             a-very-long-name     -       2  ValueError: out of range"
        );
        assert_eq!(table(&COLUMNS, &rows(), Some(200)), text);
    }

    #[test]
    fn texts_are_cut_before_columns_are_left_out() {
        let at = |width| table(&COLUMNS, &rows(), Some(width));
        assert_eq!(
            at(44).lines().next_back(),
            Some("a-very-long-n…     -       2  ValueError: o…")
        );
        assert_eq!(at(30).lines().next(), Some("NAME        RUNS  LAST ERROR"));
        assert_eq!(at(14).lines().next_back(), Some("a-very-…     -"));
    }

    #[test]
    fn a_column_that_has_nothing_to_say_may_be_left_out() {
        let columns = [
            Column::new("A").optional(),
            Column::new("B").optional(),
            Column::new("C"),
        ];
        let text = table(
            &columns,
            &[row(&["-", "1", "-"]), row(&["", "-", "-"])],
            None,
        );
        assert_eq!(text, "B  C\n1  -\n-  -");
    }

    #[test]
    fn no_line_is_longer_than_the_width() {
        for width in 12..60 {
            let text = table(&COLUMNS, &rows(), Some(width));
            let longest = text.lines().map(|line| line.chars().count()).max();
            assert!(longest.unwrap() <= width, "{width}:\n{text}");
        }
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(shortened("one\ntwo", 10), "one two");
        assert_eq!(shortened("abcdef", 4), "abc…");
    }

    #[test]
    fn news_stays_where_there_is_little_room() {
        let columns = [
            Column::new("NAME"),
            Column::new("MODE").rank(1),
            Column::new("STATUS").rank(2).usually("OK"),
        ];
        let with = |status: &str| {
            let rows = vec![
                vec!["area".into(), "async".into(), "OK".into()],
                vec!["orders".into(), "async".into(), status.into()],
            ];
            table(&columns, &rows, Some(16))
        };
        assert!(with("OK").starts_with("NAME    MODE\n"), "{}", with("OK"));
        assert!(
            with("PAUSED").starts_with("NAME    STATUS\n"),
            "{}",
            with("PAUSED")
        );
    }
}
