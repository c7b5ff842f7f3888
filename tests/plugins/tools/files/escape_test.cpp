// Attempts to leave the workspace: by the text of a path, by links, and by swapping folders under a running call.

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "tests/plugins/tools/files/fixture.hpp"

namespace chela::tools::files {
namespace {

constexpr unsigned kRenameExchange = 2;  // RENAME_EXCHANGE of <linux/fs.h>

TEST_F(FilesTest, NoPathLeadsOut) {
  put(root() / "dir/a.txt", "a");
  std::vector<std::string> climbs;
  for (const std::string up : {"..", "../", "dir/../..", "./..", "dir/../../", ".//..//", "dir/./../.."}) {
    for (const std::string down : {"/outside/secret.txt", "//outside/./secret.txt", "/outside/../outside/secret.txt"})
      climbs.push_back(up + down);
  }
  for (const std::string path :
       {"/etc/passwd", "//etc/passwd", "~/secret.txt", "file:///etc/passwd", "/proc/self/root/etc/passwd", "/dev/zero",
        "../../../../../../../../../../etc/passwd"}) {
    climbs.push_back(path);
  }
  for (const std::string& path : climbs) {
    const std::string said = read(path);
    EXPECT_TRUE(said.rfind("denied", 0) == 0 || said.rfind("invalid_argument", 0) == 0 ||
                said.rfind("not_found", 0) == 0)
        << path << " gave " << said;
    EXPECT_EQ(write(path, "x").find("wrote"), std::string::npos) << path;
    EXPECT_EQ(edit(path, "secret", "x").find("replaced"), std::string::npos) << path;
  }
  EXPECT_EQ(got(outside() / "secret.txt"), "the secret\n");
}

TEST_F(FilesTest, NoLinkLeadsOut) {
  namespace fs = std::filesystem;
  put(root() / "inside.txt", "inside");
  fs::create_symlink(outside() / "secret.txt", root() / "leaf");
  fs::create_symlink("../outside/secret.txt", root() / "relative");
  fs::create_directory_symlink(outside(), root() / "parent");
  fs::create_symlink(outside() / "new.txt", root() / "dangling");
  fs::create_symlink("/proc/self/root/etc/passwd", root() / "magic");
  fs::create_directory_symlink("/proc/self/cwd", root() / "cwd");
  fs::create_symlink("leaf", root() / "chain0");
  for (int i = 1; i < 40; ++i)
    fs::create_symlink("chain" + std::to_string(i - 1), root() / ("chain" + std::to_string(i)));
  fs::create_symlink("loop", root() / "loop");
  fs::create_symlink("inside.txt", root() / "good");
  for (const std::string path :
       {"leaf", "relative", "parent/secret.txt", "dangling", "magic", "cwd/x", "chain39", "loop"}) {
    EXPECT_EQ(read(path).substr(0, 6), "denied") << path << ": " << read(path);
    EXPECT_EQ(write(path, "x").find("wrote"), std::string::npos) << path;
    EXPECT_EQ(write(path, "x", true).find("appended"), std::string::npos) << path;
    EXPECT_EQ(edit(path, "secret", "x").find("replaced"), std::string::npos) << path;
  }
  EXPECT_FALSE(fs::exists(outside() / "new.txt"));
  EXPECT_EQ(got(outside() / "secret.txt"), "the secret\n");
  EXPECT_EQ(read("good"), "inside");
  rules_.follow_links = false;
  EXPECT_EQ(read("good").substr(0, 6), "denied");
}

// Swaps a folder with a link to the outside as fast as it can, while the tools work below that folder.
class Swapper {
 public:
  Swapper(std::string a, std::string b) : thread_([this, a = std::move(a), b = std::move(b)] {
    while (!stop_) {
      ::syscall(SYS_renameat2, AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), kRenameExchange);
      ++swaps_;
    }
  }) {}
  ~Swapper() {
    stop_ = true;
    thread_.join();
  }
  long swaps() const { return swaps_; }

 private:
  std::atomic<bool> stop_ = false;
  std::atomic<long> swaps_ = 0;
  std::thread thread_;
};

TEST(Race, SwappedFoldersNeverLeadOut) {
  namespace fs = std::filesystem;
  // In memory: a sync to a disk would make most of the time.
  const fs::path base = fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
  std::string pattern = base / "chela-race-XXXXXX";
  const fs::path top = ::mkdtemp(pattern.data());
  const fs::path root = top / "ws";
  put(root / "dir/a.txt", "inside");
  put(top / "outside/a.txt", "SECRET");
  fs::create_directory_symlink(top / "outside", root / "swap");
  Writer writer(ProtectedNames({}, {}), 1 << 20);
  std::atomic<int> escapes = 0;
  std::atomic<int> successes = 0;
  {
    const Swapper swapper(root / "dir", root / "swap");
    const auto work = [&](int seed) {
      const Workspace workspace(root, WorkspaceRules());
      const auto use = [&](const std::string& said) {
        if (said.find("SECRET") != std::string::npos || said.find("only-outside") != std::string::npos) ++escapes;
        if (said.rfind("denied", 0) != 0) ++successes;
      };
      for (int i = 0; i < 25000; ++i) {
        switch ((i + seed) % 5) {
          case 0: use(outcome([&] { return read_file(workspace, {"dir/a.txt"}, ReadLimits(), never); })); break;
          case 1: use(outcome([&] { return list_files(workspace, {"dir", true}, never); })); break;
          case 2: use(outcome([&] { return writer.write(workspace, {"dir/b.txt", "inside"}); })); break;
          case 3: use(outcome([&] { return writer.write(workspace, {"dir/a.txt", "", true}); })); break;
          default: use(outcome([&] { return writer.edit(workspace, {"dir/a.txt", "inside", "inside!"}); })); break;
        }
        if (i % 5000 == 0) writer.write(workspace, {"reset.txt", "x"});
      }
    };
    put(top / "outside/only-outside", "");
    std::thread other(work, 1);
    work(0);
    other.join();
    EXPECT_GT(swapper.swaps(), 1000);
  }
  EXPECT_EQ(escapes, 0);
  EXPECT_GT(successes, 1000);
  EXPECT_EQ(got(top / "outside/a.txt"), "SECRET");
  EXPECT_EQ(std::distance(fs::directory_iterator(top / "outside"), {}), 2);
  fs::remove_all(top);
}

}  // namespace
}  // namespace chela::tools::files
