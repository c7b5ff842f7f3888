#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "tests/cage/escapes/attempt.hpp"

namespace cage_escapes {
namespace {

pid_t number(const std::string& text) {
  return std::stoi(text);
}

bool attaches(const Arguments& a) {  // PID
  bool attached = ptrace(PTRACE_SEIZE, number(a[0]), nullptr, nullptr) == 0;
  if (attached) ptrace(PTRACE_DETACH, number(a[0]), nullptr, nullptr);
  return attached;
}

bool renices(const Arguments& a) {  // PID
  return setpriority(PRIO_PROCESS, static_cast<id_t>(number(a[0])), 0) == 0;
}

bool reads_memory(const Arguments&) {
  char from = 'x';
  char into = 0;
  iovec local{&into, 1};
  iovec remote{&from, 1};
  return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == 1;
}

// The child ends at once; it shares nothing.
bool cloned(long pid) {
  if (pid == 0) _exit(0);
  if (pid > 0) waitpid(static_cast<pid_t>(pid), nullptr, 0);
  return pid > 0;
}

bool clones_with_3(const Arguments&) {
  clone_args arguments{};
  arguments.flags = CLONE_NEWUSER;
  arguments.exit_signal = SIGCHLD;
  return cloned(syscall(SYS_clone3, &arguments, sizeof(arguments)));
}

bool enters_namespace(const Arguments&) {
  int descriptor = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  return setns(descriptor, CLONE_NEWNET) == 0;
}

bool mounts(const Arguments& a) {  // FOLDER
  bool mounted = mount("none", a[0].c_str(), "tmpfs", 0, nullptr) == 0;
  if (mounted) umount2(a[0].c_str(), MNT_DETACH);
  return mounted;
}

// Leaves a process behind in a group of its own that holds a lock; the test looks whether the lock is still taken.
bool leaves_one_behind(const Arguments& a) {  // LOCK
  int ready[2];
  if (pipe(ready) != 0) return false;
  if (fork() == 0) {
    setsid();
    if (fork() == 0) {
      prctl(PR_SET_PDEATHSIG, 0);
      signal(SIGTERM, SIG_IGN);
      int lock = open(a[0].c_str(), O_RDWR | O_CREAT, 0600);
      if (flock(lock, LOCK_EX) != 0) _exit(1);
      auto text = std::to_string(getpid());
      if (write(lock, text.data(), text.size()) < 0) _exit(1);
      for (int descriptor : {0, 1, 2}) close(descriptor);
      if (write(ready[1], "x", 1) != 1) _exit(1);
      for (;;) pause();
    }
    _exit(0);
  }
  char byte = 0;
  return read(ready[0], &byte, 1) == 1;
}

bool stays(const Arguments& a) {
  bool left = leaves_one_behind(a);
  while (left) pause();
  return false;
}

bool inherits(const Arguments&) {
  for (int descriptor = 3; descriptor < 1024; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) >= 0) return true;
  }
  return false;
}

}  // namespace

std::vector<Attempt> on_processes() {
  return {
      {"signal_host_process", [](const Arguments& a) { return kill(number(a[0]), 0) == 0; }},
      {"signal_everything", [](const Arguments&) { return kill(-1, 0) == 0; }},
      {"renice_host_process", renices},
      {"see_host_process", [](const Arguments& a) { return std::filesystem::exists("/proc/" + a[0]); }},
      {"open_host_process", [](const Arguments& a) { return syscall(SYS_pidfd_open, number(a[0]), 0) >= 0; }},
      {"trace_host_process", attaches},
      {"trace_own", [](const Arguments&) { return ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0; }},
      {"read_memory", reads_memory},
      {"unshare_user", [](const Arguments&) { return unshare(CLONE_NEWUSER) == 0; }},
      {"clone_user", [](const Arguments&) { return cloned(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0)); }},
      {"clone3_user", clones_with_3},
      {"enter_namespace", enters_namespace},
      {"mount", mounts},
      {"change_root", [](const Arguments&) { return chroot(".") == 0; }},
      {"privileges_left", [](const Arguments&) { return prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN) == 1; }},
      {"new_privileges", [](const Arguments&) { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0; }},
      {"daemonise", leaves_one_behind},
      {"daemonise_and_stay", stays},
      {"inherited_descriptors", inherits},
  };
}

}  // namespace cage_escapes
