//! Processes of the system: whether one lives, and how this one ends itself.

/// What tells a process from a later one with the same number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    id: i32,
    started: Option<String>,
}

impl Process {
    /// The living process with this number.
    pub(crate) fn find(id: i32) -> Option<Self> {
        let found = Self {
            id,
            started: start_time(id),
        };
        found.lives().then_some(found)
    }

    /// Whether it still runs. A dead one that its parent has not collected does not.
    pub(crate) fn lives(&self) -> bool {
        // SAFETY: signal 0 only asks.
        let known = unsafe { libc::kill(self.id, 0) } == 0
            || std::io::Error::last_os_error().raw_os_error() == Some(libc::EPERM);
        known && start_time(self.id) == self.started
    }
}

/// The time at which a process started, as Linux writes it; nothing for a dead one and on other systems.
fn start_time(id: i32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in parentheses may hold anything; the state follows it, and the start time is the 20th word from there.
    let mut words = stat.rsplit_once(") ")?.1.split(' ');
    let state = words.next()?;
    let started = words.nth(18)?;
    (!matches!(state, "Z" | "X")).then(|| started.to_owned())
}

/// Asks the server to shut down as its administrator would.
pub(crate) fn terminate_server() {
    // SAFETY: no precondition.
    unsafe { libc::kill(libc::getpid(), libc::SIGTERM) };
}

/// Ends the server at once.
pub(crate) fn kill_server() {
    // SAFETY: no precondition.
    unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
}

#[cfg(test)]
mod tests {
    use super::Process;
    use std::process::Command;

    #[test]
    fn a_dead_process_does_not_live_even_before_it_is_collected() {
        let own = i32::try_from(std::process::id()).expect("a process id");
        assert!(Process::find(own).expect("this one lives").lives());
        let mut child = Command::new("sleep")
            .arg("60")
            .spawn()
            .expect("sleep starts");
        let id = i32::try_from(child.id()).expect("a process id");
        let process = Process::find(id).expect("it lives");
        child.kill().expect("it is ours");
        while process.lives() {
            std::thread::yield_now();
        }
        child.wait().expect("it is ours");
        assert_eq!(Process::find(id), None);
    }
}
