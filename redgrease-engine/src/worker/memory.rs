//! The memory of worker processes.

use std::fs;
use std::ops::Add;

/// Resident memory in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    pub(crate) now: u64,
    pub(crate) highest: u64,
}

impl Memory {
    /// The memory of a process, as Linux says it; zero for a dead one and on other systems.
    pub(crate) fn of(process: u32) -> Self {
        fs::read_to_string(format!("/proc/{process}/status"))
            .map_or_else(|_| Self::default(), |status| Self::parse(&status))
    }

    fn parse(status: &str) -> Self {
        let bytes = |name: &str| {
            status
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .and_then(|rest| rest.trim().split(' ').next())
                .and_then(|number| number.parse::<u64>().ok())
                .map_or(0, |kilobytes| kilobytes * 1024)
        };
        Self {
            now: bytes("VmRSS:"),
            highest: bytes("VmHWM:"),
        }
    }
}

impl Add for Memory {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            now: self.now + other.now,
            highest: self.highest + other.highest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;

    #[test]
    fn the_status_of_a_process_is_read() {
        let status = "Name:\tpython\nVmHWM:\t   12000 kB\nVmRSS:\t    9000 kB\n";
        let memory = Memory::parse(status);
        assert_eq!((memory.now, memory.highest), (9_216_000, 12_288_000));
        assert_eq!(Memory::parse(""), Memory::default());
    }
}
