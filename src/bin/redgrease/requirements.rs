//! Requirement files: lines as `pip install -r` reads them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};
use crate::terminal::Terminal;

/// The packages that a requirement file and the files it includes name, in their order, each once.
pub(crate) fn read(path: &Path, terminal: Terminal) -> Result<Vec<String>> {
    let mut specs = Vec::new();
    read_into(path, terminal, &mut specs, &mut Vec::new())?;
    Ok(specs)
}

fn read_into(
    path: &Path,
    terminal: Terminal,
    specs: &mut Vec<String>,
    seen: &mut Vec<PathBuf>,
) -> Result<()> {
    if seen.iter().any(|known| known == path) {
        return Ok(());
    }
    seen.push(path.to_path_buf());
    let text = fs::read_to_string(path).map_err(|error| Failure::io(path, &error))?;
    for (number, line) in lines(&text) {
        if let Some(file) = option(&line, "-r", "--requirement") {
            let included = path.parent().unwrap_or(Path::new("")).join(file);
            read_into(&included, terminal, specs, seen)?;
        } else if line.starts_with('-') {
            terminal.warning(format_args!(
                "{}:{number}: `{line}` is an option of pip, which the server does not take; left out",
                path.display()
            ));
        } else {
            // hashes stand behind the specifier
            let spec = line.split(" --").next().unwrap_or(&line).trim().to_string();
            if !specs.contains(&spec) {
                specs.push(spec);
            }
        }
    }
    Ok(())
}

/// The lines with something in them and their numbers; `\` at the end joins two.
fn lines(text: &str) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    let mut joined = String::new();
    let mut start = 0;
    for (index, line) in text.lines().enumerate() {
        if joined.is_empty() {
            start = index + 1;
        }
        match line.strip_suffix('\\') {
            Some(part) => joined.push_str(part),
            None => {
                joined.push_str(line);
                let line = without_comment(&joined).trim().to_string();
                if !line.is_empty() {
                    out.push((start, line));
                }
                joined.clear();
            }
        }
    }
    out
}

fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with('#') {
        return "";
    }
    line.split(" #").next().unwrap_or(line)
}

/// The value of an option in one of its forms: `-r x`, `-rx`, `--requirement x`, `--requirement=x`.
fn option<'a>(line: &'a str, short: &str, long: &str) -> Option<&'a str> {
    let rest = match line.strip_prefix(long) {
        Some(rest) => rest.trim_start_matches('='),
        None => line.strip_prefix(short)?,
    };
    Some(rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::tests::silent;

    #[test]
    fn reads_specifiers_comments_and_included_files() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        file("base.txt", "numpy\nrequests # the http one\n");
        let main = file(
            "requirements.txt",
            "# all\n-r base.txt\nrequests\npandas >= 1.0 \\\n  , < 2\n-e .\nattrs==1 --hash=sha256:00\n",
        );
        assert_eq!(
            read(&main, silent()).unwrap(),
            ["numpy", "requests", "pandas >= 1.0   , < 2", "attrs==1"]
        );
    }

    #[test]
    fn files_that_include_each_other_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("requirements.txt");
        fs::write(&path, "-r requirements.txt\nnumpy\n").unwrap();
        assert_eq!(read(&path, silent()).unwrap(), ["numpy"]);
    }
}
