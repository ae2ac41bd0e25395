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

/// Whether a child has ended. It can still be waited for afterwards.
pub(crate) fn has_ended(child: u32) -> bool {
    // SAFETY: all-zero is valid; the structure lives during the call, which does not wait and collects nothing.
    unsafe {
        let mut said: libc::siginfo_t = std::mem::zeroed();
        let how = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
        libc::waitid(libc::P_PID, child, &raw mut said, how) == 0 && said.si_pid() != 0
    }
}

/// Ends all processes of the group that the process with this number leads, or led: it gives its name to the group for as
/// long as one of them lives.
pub(crate) fn kill_group(leader: u32) {
    if let Ok(leader @ 2..) = i32::try_from(leader) {
        // SAFETY: numbers only; a group that is gone is refused.
        unsafe { libc::kill(-leader, libc::SIGKILL) };
    }
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
    use super::{Process, has_ended, kill_group};
    use std::io::{BufRead, BufReader};
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};

    #[test]
    fn a_child_that_has_ended_is_known_and_can_be_waited_for_and_its_group_ends() {
        let mut child = Command::new("sh")
            .args(["-c", "sleep 60 & echo $!; exit 7"])
            .process_group(0)
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell starts");
        while !has_ended(child.id()) {
            std::thread::yield_now();
        }
        let mut grandchild = String::new();
        BufReader::new(child.stdout.take().expect("a pipe"))
            .read_line(&mut grandchild)
            .expect("a number");
        let id = grandchild.trim().parse().expect("a number");
        let grandchild = Process::find(id).expect("it lives");
        kill_group(child.id());
        assert_eq!(child.wait().expect("it is ours").code(), Some(7));
        while grandchild.lives() {
            std::thread::yield_now();
        }
    }

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
