#pragma once

// The system calls that a caged program may make with any arguments: what native plugins, Node (V8, libuv) and a shell
// need. A name that an architecture does not have is passed over there. What is in neither list answers ENOSYS, as a
// kernel without it would, so that programs take their other way.

#include <string_view>

namespace chela::cage_filter {

inline constexpr std::string_view kAllowed[] = {
    // Memory; V8 writes code and then makes it executable.
    "brk", "mmap", "munmap", "mprotect", "mremap", "madvise", "msync", "mincore", "mlock", "mlock2", "munlock",
    "mlockall", "munlockall", "membarrier", "memfd_create", "pkey_alloc", "pkey_free", "pkey_mprotect",
    "get_mempolicy",
    // Files
    "read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev", "preadv2", "pwritev2", "open",
    "openat", "openat2", "creat", "close", "close_range", "lseek", "stat", "fstat", "lstat", "newfstatat", "statx",
    "statfs", "fstatfs", "access", "faccessat", "faccessat2", "readlink", "readlinkat", "getdents", "getdents64",
    "getcwd", "chdir", "fchdir", "mkdir", "mkdirat", "rmdir", "rename", "renameat", "renameat2", "link", "linkat",
    "unlink", "unlinkat", "symlink", "symlinkat", "chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown",
    "fchownat", "umask", "truncate", "ftruncate", "fallocate", "fadvise64", "readahead", "fsync", "fdatasync",
    "sync_file_range", "syncfs", "utime", "utimes", "futimesat", "utimensat", "flock", "fcntl", "dup", "dup2",
    "dup3", "pipe", "pipe2", "sendfile", "splice", "tee", "copy_file_range", "mknod", "mknodat", "getxattr",
    "lgetxattr", "fgetxattr", "listxattr", "llistxattr", "flistxattr", "setxattr", "lsetxattr", "fsetxattr",
    "removexattr", "lremovexattr", "fremovexattr", "inotify_init", "inotify_init1", "inotify_add_watch",
    "inotify_rm_watch", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self",
    // Waiting
    "poll", "ppoll", "select", "pselect6", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_ctl_old",
    "epoll_wait", "epoll_pwait", "epoll_pwait2", "eventfd", "eventfd2", "timerfd_create", "timerfd_settime",
    "timerfd_gettime", "signalfd", "signalfd4", "io_setup", "io_destroy", "io_submit", "io_getevents", "io_cancel",
    // Sockets, once they are there
    "connect", "bind", "listen", "accept", "accept4", "getsockname", "getpeername", "getsockopt", "setsockopt",
    "sendto", "recvfrom", "sendmsg", "recvmsg", "sendmmsg", "recvmmsg", "shutdown",
    // Processes and threads; clone is in generate.cpp
    "fork", "vfork", "execve", "execveat", "exit", "exit_group", "wait4", "waitid", "kill", "tkill", "tgkill",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigsuspend", "rt_sigtimedwait",
    "rt_sigqueueinfo", "rt_tgsigqueueinfo", "sigaltstack", "pause", "futex", "futex_waitv", "set_robust_list",
    "get_robust_list", "set_tid_address", "gettid", "getpid", "getppid", "getpgid", "getpgrp", "setpgid", "getsid",
    "setsid", "pidfd_open", "pidfd_send_signal", "prctl", "arch_prctl", "rseq", "restart_syscall", "seccomp",
    "sched_yield", "sched_getaffinity", "sched_setaffinity", "sched_getparam", "sched_setparam",
    "sched_getscheduler", "sched_setscheduler", "sched_getattr", "sched_setattr", "sched_get_priority_max",
    "sched_get_priority_min", "sched_rr_get_interval", "getpriority", "setpriority", "ioprio_get", "ioprio_set",
    "getcpu",
    // Who and how much; there are no privileges to gain
    "getuid", "geteuid", "getgid", "getegid", "getresuid", "getresgid", "getgroups", "setuid", "setgid", "setreuid",
    "setregid", "setresuid", "setresgid", "setgroups", "setfsuid", "setfsgid", "capget", "capset", "getrlimit",
    "setrlimit", "prlimit64", "getrusage", "times", "uname", "sysinfo", "getrandom",
    // Time
    "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time", "getitimer",
    "setitimer", "alarm", "timer_create", "timer_settime", "timer_gettime", "timer_getoverrun", "timer_delete",
    // System V, within the namespace
    "shmget", "shmat", "shmdt", "shmctl", "semget", "semop", "semctl", "semtimedop", "msgget", "msgsnd", "msgrcv",
    "msgctl",
};

// Known, and answered with EPERM so that a log says what it was.
inline constexpr std::string_view kRefused[] = {
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_getfd", "kcmp", "mount", "umount2",
    "pivot_root", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "chroot",
    "unshare", "setns", "keyctl", "add_key", "request_key", "bpf", "perf_event_open", "userfaultfd", "kexec_load",
    "kexec_file_load", "init_module", "finit_module", "delete_module", "create_module", "io_uring_setup",
    "io_uring_enter", "io_uring_register", "swapon", "swapoff", "reboot", "sethostname", "setdomainname", "acct",
    "settimeofday", "stime", "adjtimex", "clock_settime", "clock_adjtime", "syslog", "quotactl", "quotactl_fd",
    "iopl", "ioperm", "modify_ldt", "uselib", "vhangup", "name_to_handle_at", "open_by_handle_at", "fanotify_init",
    "fanotify_mark", "lookup_dcookie", "nfsservctl", "mbind", "set_mempolicy", "move_pages", "migrate_pages",
    "memfd_secret", "vmsplice",
};

}  // namespace chela::cage_filter
