// Each case is tried twice: caged it must be held, uncaged it must get out, or it would prove nothing.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "kernel/core/cage/child.hpp"
#include "kernel/core/loop/loop.hpp"
#include "tests/cage/world.hpp"
#include "tests/run_until.hpp"

namespace chela::cage {
namespace {

enum class Control : std::uint8_t {
  uncaged,     // the same child with Level::none
  as_root,     // the same; an ordinary account may not do it anyway, so only root's control is looked at
  inheriting,  // started with fork and exec alone, as nothing here is
};

struct Case {
  const char* name;
  const char* command;  // of cage_escapes, with names of World in braces
  Control control = Control::uncaged;
  Network network = Network::none;
  friend void PrintTo(const Case& c, std::ostream* out) { *out << c.command; }
};

const Case kCases[] = {
    {"PasswordFile", "read_shadow", Control::as_root},
    {"SecretsOfTheGateway", "read_path {secret}"},
    {"KeysOfThePerson", "read_path {ssh}"},
    {"HomeOfTheGateway", "list_folder {home}"},
    {"WriteOutside", "write_path {home}/planted"},
    {"WriteIntoReadOnlyGrant", "write_path {readable}/planted"},
    {"OverwriteReadOnlyFile", "open_for_writing {readable_file}"},
    {"ChangeModeOfReadOnlyFile", "change_mode {readable_file}"},
    {"WriteIntoTheSystem", "write_path /usr/chela-test-planted", Control::as_root},
    {"WriteIntoTheRoot", "write_path /chela-test-planted", Control::as_root},
    {"WriteIntoDevices", "write_path /dev/chela-test-planted", Control::as_root},
    {"PlantedLink", "read_path {link}"},
    {"PlantedLinkToTheRoot", "read_path {grant}/root{secret}"},
    {"LinkMadeInside", "made_link {secret} {grant}"},
    {"HardLink", "hard_link {secret} {grant}"},
    {"Upwards", "upwards {grant} home/secret"},
    {"UpwardsFromTheWorkingDirectory", "read_path {grant}/../home/secret"},
    {"RootOfAnotherProcess", "root_of_other_process {secret}", Control::as_root},
    {"EnvironmentOfOthers", "environment_of_others {mark}"},
    {"OwnEnvironment", "own_environment {mark_name}", Control::inheriting},
    {"DeviceNode", "device_node {grant}", Control::as_root},
    {"MemoryDevice", "memory_device", Control::as_root},
    {"SystemTree", "system_tree"},
    {"CorePattern", "open_for_writing /proc/sys/kernel/core_pattern", Control::as_root},
    {"KernelSettings", "open_for_writing /proc/sys/vm/swappiness", Control::as_root},
    {"SharedMemoryFile", "read_path {shared}"},
    {"SharedMemorySegment", "shared_memory {segment}"},

    {"Loopback", "tcp {tcp}"},
    {"Datagrams", "udp {udp}"},
    {"NameServer", "udp 53"},
    {"AbstractSocket", "abstract_socket {abstract}"},
    {"AbstractDatagrams", "abstract_datagram {abstract_datagram}"},
    {"AbstractSocketWithNetwork", "abstract_socket {abstract}", Control::uncaged, Network::host},
    {"AbstractDatagramsWithNetwork", "abstract_datagram {abstract_datagram}", Control::uncaged, Network::host},
    {"PathSocket", "path_socket {path_socket}"},
    {"NetlinkSocket", "netlink"},
    {"PacketSocket", "packet_socket", Control::as_root},
    {"RawSocket", "raw_socket", Control::as_root},
    {"RawSocketWithNetwork", "raw_socket", Control::as_root, Network::host},

    {"SignalHostProcess", "signal_host_process {victim}"},
    {"SignalEverything", "signal_everything"},
    {"ReniceHostProcess", "renice_host_process {victim}"},
    {"SeeHostProcess", "see_host_process {victim}"},
    {"OpenHostProcess", "open_host_process {victim}"},
    {"TraceHostProcess", "trace_host_process {victim}", Control::as_root},
    {"TraceOwn", "trace_own"},
    {"ReadMemory", "read_memory"},
    {"UnshareUser", "unshare_user"},
    {"CloneUser", "clone_user"},
    {"Clone3User", "clone3_user"},
    {"EnterNamespace", "enter_namespace", Control::as_root},
    {"Mount", "mount {grant}", Control::as_root},
    {"ChangeRoot", "change_root", Control::as_root},
    {"PrivilegesLeft", "privileges_left"},
    {"SetuidPrograms", "new_privileges"},
    {"InheritedDescriptors", "inherited_descriptors", Control::inheriting},

    {"Keys", "keys"},
    {"IoUring", "io_uring"},
    {"Bpf", "bpf", Control::as_root},
    {"PerfEvents", "perf_events", Control::as_root},
    {"Userfaultfd", "userfaultfd", Control::as_root},
    {"TerminalInput", "terminal_input", Control::as_root},
    {"TerminalInputWithHighBits", "terminal_input_high_bits", Control::as_root},
    {"KernelLog", "kernel_log", Control::as_root},
    {"ExecutableData", "executable_data"},
    {"RebootCall", "reboot_call", Control::as_root},
    {"ControlGroup", "control_group", Control::as_root},
    {"FileHandle", "file_handle {grant}"},
    {"SecretMemory", "secret_memory"},
    {"RenameHost", "rename_host", Control::as_root},
#if defined(__x86_64__)
    {"ForeignCalls", "foreign_calls"},
    {"X32Calls", "x32_calls"},
#endif

    {"ForkBomb", "fork_bomb 200"},
    {"MemoryBomb", "memory_bomb 1024"},
    {"FullTemporaryFolder", "fill /tmp/chela-test-full 6"},
    {"FullSharedMemory", "fill /dev/shm/chela-test-full 24"},
    {"LargeFile", "fill {grant}/large 16"},
    {"DescriptorBomb", "descriptor_bomb 200"},
    {"CoreDump", "raise_limit CORE", Control::inheriting},
    {"RaiseLimits", "raise_limit FILES", Control::inheriting},
};

struct Outcome {
  bool began = false;
  int exit_code = 0;
  int signal = 0;
  std::string output;
  std::string reason;
};

class EscapeTest : public testing::TestWithParam<Case> {
 protected:
  std::vector<std::string> command(std::string_view text) const {
    auto list = world.words(std::string(text));
    list.insert(list.begin(), World::programs() / "cage_escapes");
    return list;
  }
  Outcome run(CagePolicy policy, std::vector<std::string> words) {
    Outcome outcome;
    bool ended = false;
    ChildRequest request;
    request.command = std::move(words);
    if (policy.level != Level::none) request.cgroups = prepare_cgroups();
    request.policy = std::move(policy);
    request.with_socket = false;
    request.on_output = [&](platform::OutputStream, std::string_view bytes) { outcome.output += bytes; };
    request.on_exit = [&](const ChildExit& exit) {
      outcome.exit_code = exit.exit_code;
      outcome.signal = exit.signal;
      outcome.reason = exit.reason;
      ended = true;
    };
    auto child = Child::start(loop, std::move(request));
    EXPECT_TRUE(child) << child.error().message;
    if (child) outcome.began = run_until(loop, [&] { return ended; });
    return outcome;
  }
  // The exit code of a child to which everything is left that this process has.
  int run_inheriting(std::vector<std::string> words) {
    ::setenv(kMarkName, kMark, 1);
    int inherited = open(world.path("secret").c_str(), O_RDONLY);  // not close-on-exec
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_t pid = 0;
    EXPECT_EQ(posix_spawn(&pid, argv[0], nullptr, nullptr, argv.data(), environ), 0);
    int status = 0;
    waitpid(pid, &status, 0);
    close(inherited);
    ::unsetenv(kMarkName);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  World world;
  Loop loop;
};

TEST_P(EscapeTest, IsHeld) {
  const Case& c = GetParam();
  ::setenv(kMarkName, kMark, 1);
  int secret = open(world.path("secret").c_str(), O_RDONLY);  // not close-on-exec
  auto policy = world.policy(Level::sandbox);
  policy.network = c.network;
  auto caged = run(policy, command(c.command));
  close(secret);
  ::unsetenv(kMarkName);
  bool said_so = caged.exit_code == 1 && caged.output.starts_with("held: ");
  EXPECT_TRUE(said_so || caged.signal != 0) << "exit code " << caged.exit_code << ", " << caged.output;
}

TEST_P(EscapeTest, GetsOutOfNoCage) {
  const Case& c = GetParam();
  if (c.control == Control::as_root && geteuid() != 0) return;
  if (c.control == Control::inheriting) {
    EXPECT_EQ(run_inheriting(command(c.command)), 0);
    return;
  }
  auto uncaged = run(world.policy(Level::none), command(c.command));
  EXPECT_EQ(uncaged.exit_code, 0) << "signal " << uncaged.signal << ", " << uncaged.output;
}

INSTANTIATE_TEST_SUITE_P(Cage, EscapeTest, testing::ValuesIn(kCases),
                         [](const auto& tested) { return std::string(tested.param.name); });

// Programs that leave something running: whether it still runs is told by its lock.
class SurvivorTest : public EscapeTest {
 protected:
  std::string lock() const { return world.path("grant") + "/lock"; }
  bool is_taken() const {
    platform::OwnedDescriptor file(open(lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    return flock(file.get(), LOCK_EX | LOCK_NB) != 0;
  }
  void end_survivor() const {
    pid_t pid = 0;
    std::ifstream(lock()) >> pid;
    if (pid > 0) kill(pid, SIGKILL);
  }
  pid_t start_keeper(const char* level) {
    std::vector<std::string> words = {World::programs() / "cage_keeper", level, world.path("grant")};
    for (const std::string& word : command("daemonise_and_stay " + lock())) words.push_back(word);
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_t pid = 0;
    EXPECT_EQ(posix_spawn(&pid, argv[0], nullptr, nullptr, argv.data(), environ), 0);
    run_until(loop, [&] { return is_taken(); });
    return pid;
  }
  static void kill_hard(pid_t pid) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
};

TEST_F(SurvivorTest, NothingOutlivesTheProgram) {
  auto uncaged = run(world.policy(Level::none), command("daemonise " + lock()));
  EXPECT_EQ(uncaged.exit_code, 0) << uncaged.output;
  EXPECT_TRUE(is_taken()) << "uncaged it survives";
  end_survivor();
  run_until(loop, [&] { return !is_taken(); });
  auto caged = run(world.policy(Level::sandbox), command("daemonise " + lock()));
  EXPECT_EQ(caged.exit_code, 0) << caged.output;
  run_until(loop, [&] { return !is_taken(); });
}

TEST_F(SurvivorTest, NothingOutlivesTheGateway) {
  kill_hard(start_keeper("none"));
  EXPECT_TRUE(is_taken()) << "uncaged it survives";
  end_survivor();
  run_until(loop, [&] { return !is_taken(); });
  kill_hard(start_keeper("sandbox"));
  run_until(loop, [&] { return !is_taken(); });
}

}  // namespace
}  // namespace chela::cage
