//! What the standard library cannot do with descriptors yet: pass them over a socket, look without waiting, lock files, and
//! look after those that are the server's.

use std::fs::File;
use std::io;
use std::mem;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::ptr;

/// Writes `bytes` to `stream` with `descriptor` attached.
///
/// # Errors
/// What the system said.
pub(crate) fn send_descriptor(
    stream: &UnixStream,
    bytes: &[u8],
    descriptor: &OwnedFd,
) -> io::Result<()> {
    const SIZE: u32 = size_of::<libc::c_int>() as u32;
    // SAFETY: CMSG_SPACE is arithmetic.
    let space = unsafe { libc::CMSG_SPACE(SIZE) } as usize;
    // u64 for the alignment of a control header.
    let mut control = vec![0_u64; space.div_ceil(size_of::<u64>())];
    let mut piece = libc::iovec {
        iov_base: bytes.as_ptr().cast_mut().cast(),
        iov_len: bytes.len(),
    };
    // SAFETY: all-zero is a valid empty message header.
    let mut message: libc::msghdr = unsafe { mem::zeroed() };
    message.msg_iov = &raw mut piece;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = space as _;
    // SAFETY: the control buffer has room for one header with one descriptor; all pointers live during the call.
    let sent = unsafe {
        let header = libc::CMSG_FIRSTHDR(&raw const message);
        (*header).cmsg_level = libc::SOL_SOCKET;
        (*header).cmsg_type = libc::SCM_RIGHTS;
        (*header).cmsg_len = libc::CMSG_LEN(SIZE) as _;
        let raw = descriptor.as_raw_fd();
        ptr::copy_nonoverlapping(
            (&raw const raw).cast::<u8>(),
            libc::CMSG_DATA(header),
            SIZE as usize,
        );
        libc::sendmsg(stream.as_raw_fd(), &raw const message, libc::MSG_NOSIGNAL)
    };
    match usize::try_from(sent) {
        Ok(sent) if sent == bytes.len() => Ok(()),
        Ok(_) => Err(io::ErrorKind::WriteZero.into()),
        Err(_) => Err(io::Error::last_os_error()),
    }
}

/// A page of memory that can be shared with another process, as a file.
///
/// # Errors
/// What the system said.
pub(crate) fn shared_page() -> io::Result<File> {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: a static name; the descriptor is new and nobody else's.
        let file = unsafe {
            let raw = libc::memfd_create(c"redgrease".as_ptr(), libc::MFD_CLOEXEC);
            if raw < 0 {
                return Err(io::Error::last_os_error());
            }
            File::from(OwnedFd::from_raw_fd(raw))
        };
        file.set_len(8)?;
        Ok(file)
    }
    #[cfg(not(target_os = "linux"))]
    Err(io::ErrorKind::Unsupported.into())
}

/// Receives what is there, without waiting.
///
/// # Errors
/// `WouldBlock` when nothing is there, else what the system said.
pub(crate) fn receive(stream: &UnixStream, buffer: &mut [u8]) -> io::Result<usize> {
    // SAFETY: pointer and length belong together.
    let received = unsafe {
        libc::recv(
            stream.as_raw_fd(),
            buffer.as_mut_ptr().cast(),
            buffer.len(),
            libc::MSG_DONTWAIT,
        )
    };
    usize::try_from(received).map_err(|_| io::Error::last_os_error())
}

/// What the server has open, its standard streams left out.
fn open_descriptors() -> Vec<libc::c_int> {
    let Ok(list) = std::fs::read_dir("/proc/self/fd") else {
        return Vec::new();
    };
    list.flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|&descriptor| descriptor > 2)
        .collect()
}

/// Has what the server writes to others leave at once, however little it is, where they listen on one of these ports. The
/// server's own links of a cluster wait for the acknowledgement of what they sent before, which takes 40 ms.
pub(crate) fn send_at_once(ports: &[u16]) {
    for descriptor in open_descriptors() {
        if !other_end(descriptor).is_some_and(|port| ports.contains(&port)) {
            continue;
        }
        let on: libc::c_int = 1;
        // SAFETY: a number and an integer; what is closed by now is refused, and another socket in its place is none the worse.
        unsafe {
            libc::setsockopt(
                descriptor,
                libc::IPPROTO_TCP,
                libc::TCP_NODELAY,
                (&raw const on).cast(),
                size_of::<libc::c_int>() as libc::socklen_t,
            );
        }
    }
}

/// The port of the other end of a connection over the network.
fn other_end(descriptor: libc::c_int) -> Option<u16> {
    // SAFETY: all-zero is a valid empty address, and the system writes no more than its length. Both kinds of addresses have
    // the port in the same place.
    let (port, family) = unsafe {
        let mut address: libc::sockaddr_in6 = mem::zeroed();
        let mut length = size_of::<libc::sockaddr_in6>() as libc::socklen_t;
        if libc::getpeername(descriptor, (&raw mut address).cast(), &raw mut length) != 0 {
            return None;
        }
        (address.sin6_port, libc::c_int::from(address.sin6_family))
    };
    matches!(family, libc::AF_INET | libc::AF_INET6).then(|| u16::from_be(port))
}

/// Keeps programs that are started from now on from what the server has open: its files, its clients, its cluster. Those of the
/// standard library are closed for them anyway; the server's are not.
pub(crate) fn close_for_programs() {
    for descriptor in open_descriptors() {
        // SAFETY: numbers only; one that is closed by now is refused.
        unsafe {
            let flags = libc::fcntl(descriptor, libc::F_GETFD);
            if flags >= 0 && flags & libc::FD_CLOEXEC == 0 {
                libc::fcntl(descriptor, libc::F_SETFD, flags | libc::FD_CLOEXEC);
            }
        }
    }
}

/// Locks an open file or directory, for this user alone or together with others; gives false when somebody is in the way.
pub(crate) fn lock_file(file: &File, alone: bool) -> bool {
    let kind = if alone { libc::LOCK_EX } else { libc::LOCK_SH };
    // SAFETY: the descriptor is open.
    unsafe { libc::flock(file.as_raw_fd(), kind | libc::LOCK_NB) == 0 }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn small_messages_leave_at_once_where_it_is_wanted() {
        let listen = |address| TcpListener::bind(address).expect("a port");
        let (wanted, other) = (listen("127.0.0.1:0"), listen("127.0.0.1:0"));
        let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port());
        let connect = |listener| {
            let port = port(listener).expect("a port");
            TcpStream::connect(("127.0.0.1", port)).expect("a connection")
        };
        let (one, another) = (connect(&wanted), connect(&other));
        let is_on = |stream: &TcpStream| stream.nodelay().expect("an answer");
        assert!(!is_on(&one) && !is_on(&another));
        send_at_once(&[port(&wanted).expect("a port")]);
        assert!(is_on(&one) && !is_on(&another));
    }
}
