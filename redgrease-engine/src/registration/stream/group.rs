//! The names of consumer groups.

/// The group of the first registration, under the name that RedisGears 1.2 gave to its only one. Those of further
/// registrations append a number.
pub(crate) const NAME: &str = "__gears_consumer_group__";

/// The name of a group by its number, from 1.
pub(crate) fn name(number: usize) -> String {
    if number <= 1 {
        NAME.to_owned()
    } else {
        format!("{NAME}{number}")
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn the_first_group_has_the_old_name() {
        assert_eq!(name(1), "__gears_consumer_group__");
        assert_eq!(name(2), "__gears_consumer_group__2");
    }
}
