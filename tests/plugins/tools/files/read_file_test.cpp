#include "plugins/tools/files/read_file.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "plugins/tools/files/text.hpp"
#include "tests/plugins/tools/files/fixture.hpp"

namespace chela::tools::files {
namespace {

using testing::Test;

TEST_F(FilesTest, ReadsLinesAndSaysHowToGoOn) {
  put(root() / "a.txt", "one\ntwo\nthree");
  EXPECT_EQ(read("a.txt"), "one\ntwo\nthree");
  EXPECT_EQ(read("a.txt", 1, 2), "one\ntwo\n[more lines follow; go on with offset_line 3]");
  EXPECT_EQ(read("a.txt", 3), "three");
  EXPECT_EQ(read("a.txt", 2, 1), "two\n[more lines follow; go on with offset_line 3]");
  EXPECT_EQ(read("a.txt", 4), "invalid_argument: a.txt has only 3 lines; offset_line 4 lies behind them");
}

TEST_F(FilesTest, ReadsEmptyFilesAndEmptyLines) {
  put(root() / "empty", "");
  put(root() / "newlines", "\n\n");
  EXPECT_EQ(read("empty"), "[empty is empty]");
  EXPECT_EQ(read("newlines"), "\n\n");
  EXPECT_EQ(read("newlines", 2), "\n");
  EXPECT_EQ(read("newlines", 3), "invalid_argument: newlines has only 2 lines; offset_line 3 lies behind them");
}

TEST_F(FilesTest, ReadsTheSameOverEveryPieceBoundary) {
  std::string text;
  for (int i = 1; i <= 30000; ++i) text += "line " + std::to_string(i) + "\n";
  put(root() / "long.txt", text);
  EXPECT_EQ(read("long.txt", 29999), "line 29999\nline 30000\n");
  EXPECT_EQ(read("long.txt", 9000, 1), "line 9000\n[more lines follow; go on with offset_line 9001]");
}

TEST_F(FilesTest, CutsAtTheByteLimit) {
  limits_.output_bytes_max = 10;
  put(root() / "wide.txt", "0123456789abcdef\nnext\n");
  EXPECT_EQ(read("wide.txt"), "0123456789\n[line 1 is longer than read_file returns; the rest of it is left out]");
  put(root() / "two.txt", "01234\n56789abc\n");
  EXPECT_EQ(read("two.txt"), "01234\n5678\n[cut at 10 bytes within line 2; go on with offset_line 2]");
  put(root() / "umlaut.txt", "012345678\xC3\xA4\n");
  EXPECT_EQ(read("umlaut.txt"), "012345678\n[line 1 is longer than read_file returns; the rest of it is left out]");
}

TEST_F(FilesTest, GivesUpOnLinesTooFarInTheFile) {
  put(root() / "sparse", "x");
  ASSERT_EQ(::truncate((root() / "sparse").c_str(), 100ll << 30), 0);
  EXPECT_NE(read("sparse").find("unsupported: sparse is binary data"), std::string::npos);
  limits_.scan_bytes_max = 100000;
  put(root() / "far.txt", std::string(300000, 'x') + "\nlast\n");
  EXPECT_NE(read("far.txt", 2).find("too_large: far.txt: line 2 stands more than 100,000 bytes"), std::string::npos);
}

TEST_F(FilesTest, RecognisesWhatIsNoText) {
  put(root() / "p.png", std::string("\x89PNG\r\n\x1a\n\0\0", 10));
  put(root() / "b.bin", std::string("ab\0cd", 5));
  put(root() / "u16.txt", std::string("\xFF\xFEh\0i\0", 6));
  put(root() / "latin1.txt", "caf\xE9\n");
  EXPECT_EQ(read("p.png"), "unsupported: p.png is a PNG image, not text; read_file reads text files only");
  EXPECT_EQ(read("b.bin"), "unsupported: b.bin is binary data, not text; read_file reads text files only");
  EXPECT_EQ(read("u16.txt"), "unsupported: u16.txt is UTF-16 text, not text; read_file reads text files only");
  EXPECT_EQ(read("latin1.txt"), "caf\xEF\xBF\xBD\n");
}

TEST_F(FilesTest, RefusesAllButRegularFilesAtOnce) {
  ASSERT_EQ(::mkfifo((root() / "pipe").c_str(), 0600), 0);
  std::filesystem::create_directory(root() / "folder");
  const int server = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string socket_path = (root() / "sock").string();
  socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(server, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(read("pipe"), "invalid_argument: pipe is a named pipe, not a regular file");
  EXPECT_EQ(read("sock"), "invalid_argument: sock is a socket, not a regular file");
  EXPECT_EQ(read("folder"), "invalid_argument: folder is a folder, not a regular file");
  EXPECT_EQ(write("pipe", "x"), "invalid_argument: pipe is a named pipe, and only regular files are written");
  EXPECT_EQ(write("folder", "x"), "invalid_argument: folder is a folder, and only regular files are written");
  ::close(server);
}

TEST_F(FilesTest, AcceptsAbsolutePathsInTheWorkspaceOnly) {
  put(root() / "a.txt", "a");
  EXPECT_EQ(read((root() / "a.txt").string()), "a");
  EXPECT_EQ(read((root() / "./a.txt").string()), "a");
  EXPECT_NE(read((outside() / "secret.txt").string()).find("lies outside the workspace"), std::string::npos);
  EXPECT_NE(read(root().string() + "2/a.txt").find("lies outside the workspace"), std::string::npos);
  EXPECT_NE(read(root().string() + "/../outside/secret.txt").find("leads out of the workspace"), std::string::npos);
  // The workspace may be named by a link or by what the link points to.
  std::filesystem::create_symlink(root(), directory_ / "link");
  const Workspace by_link((directory_ / "link").string(), rules_);
  EXPECT_EQ(by_link.relative((root() / "a.txt").string()), "a.txt");
  EXPECT_EQ(by_link.relative((directory_ / "link" / "a.txt").string()), "a.txt");
}

TEST_F(FilesTest, CancelledReadsEnd) {
  put(root() / "a.txt", "a");
  EXPECT_EQ(outcome([&] { return read_file(workspace(), {"a.txt"}, limits_, [] { return true; }); }),
            "cancelled: reading a.txt: cancelled");
}

TEST_F(FilesTest, SaysWhenThereIsNoWorkspace) {
  EXPECT_NE(
      outcome([&] { return Workspace("", rules_).relative("x"); }).find("unavailable: file tools need a workspace"),
      std::string::npos);
  EXPECT_NE(outcome([&] { return Workspace("/nonexistent/ws", rules_).relative("x"); }).find("unavailable: opening"),
            std::string::npos);
}

TEST(Utf8, LengthOfCodePoints) {
  const std::pair<std::string_view, std::size_t> table[] = {{"a", 1},
                                                            {"\xC3\xA4", 2},
                                                            {"\xE2\x82\xAC", 3},
                                                            {"\xF0\x9F\x98\x80", 4},
                                                            {"", 0},
                                                            {"\x80", 0},
                                                            {"\xC0\x80", 0},
                                                            {"\xE0\x80\x80", 0},
                                                            {"\xED\xA0\x80", 0},
                                                            {"\xF4\x90\x80\x80", 0},
                                                            {"\xF5\x80\x80\x80", 0},
                                                            {"\xC3", 0},
                                                            {"\xE2\x82", 0}};
  for (const auto& [text, length] : table) EXPECT_EQ(utf8_length(text), length) << testing::PrintToString(text);
}

}  // namespace
}  // namespace chela::tools::files
