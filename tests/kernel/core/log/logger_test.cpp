#include "kernel/core/log/logger.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "kernel/core/base/random.hpp"
#include "tests/fake_clock.hpp"

namespace chela::log {
namespace {

class RecordingSink final : public Sink {
 public:
  explicit RecordingSink(Format format) : format_(format) {}
  bool wants(Level level) const override { return level >= Level::info; }
  void write(const Line& line) override { lines.push_back(render(line, format_)); }
  std::vector<std::string> lines;

 private:
  Format format_;
};

class LoggerTest : public testing::Test {
 protected:
  FakeClock clock;
  Redactor redactor;
  std::shared_ptr<RecordingSink> text = std::make_shared<RecordingSink>(Format::text);
  std::shared_ptr<RecordingSink> json = std::make_shared<RecordingSink>(Format::json);
  Logger text_log{text, redactor, clock};
  Logger json_log{json, redactor, clock};
};

TEST_F(LoggerTest, WritesTextLines) {
  text_log.info("listening on {}:{}", "127.0.0.1", 18789);
  text_log.with_category("plugins").warning({{"plugin", "acme"}, {"why", "it is late"}}, "stopped after {} crashes", 3);
  text_log.debug("not wanted");
  ASSERT_EQ(text->lines.size(), 2u);
  EXPECT_EQ(text->lines[0], "2023-11-14T22:13:20.000Z info    listening on 127.0.0.1:18789");
  EXPECT_EQ(text->lines[1],
            "2023-11-14T22:13:20.000Z warning plugins: stopped after 3 crashes plugin=acme why=\"it is late\"");
}

TEST_F(LoggerTest, WritesJsonLines) {
  json_log.with_category("net").error({{"peer", "10.0.0.1"}, {"level", "mine"}}, "closed: {}", "\"quoted\"");
  auto entry = nlohmann::json::parse(json->lines.at(0), nullptr, false);
  EXPECT_EQ(entry, (nlohmann::json{{"time", "2023-11-14T22:13:20.000Z"},
                                   {"level", "error"},
                                   {"category", "net"},
                                   {"message", "closed: \"quoted\""},
                                   {"peer", "10.0.0.1"},
                                   {"_level", "mine"}}));
}

TEST_F(LoggerTest, NothingInAMessageEndsTheLineOrSteersTheTerminal) {
  const std::pair<std::string, std::string> kHostile[] = {
      {"a\nb", "a\\nb"},
      {"a\r\n2023-11-14T22:13:20.000Z error forged", "a\\x0d\\n2023-11-14T22:13:20.000Z error forged"},
      {"\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"},
      {"\xC2\x9B"
       "31m",
       "\\x9b31m"},
      {std::string("nul\0byte", 8), "nul\\x00byte"},
      {"\xFF\xFE", "\\xff\\xfe"},
      {"safe \xE2\x80\xAE evil", "safe \\u202e evil"},
      {"\xE2\x80\xA8", "\\u2028"},
      {"gr\xC3\xBC\xC3\x9F \xF0\x9F\xA6\x80", "gr\xC3\xBC\xC3\x9F \xF0\x9F\xA6\x80"},
  };
  for (const auto& [message, shown] : kHostile) {
    text->lines.clear();
    json->lines.clear();
    text_log.info({{"field", message}, {message, "x"}}, "{}", message);
    json_log.with_category(message).info({{"field", message}, {message, "x"}}, "{}", message);
    EXPECT_NE(text->lines.at(0).find("info    " + shown), std::string::npos) << text->lines.at(0);
    for (const auto& line : {text->lines.at(0), json->lines.at(0)}) {
      EXPECT_EQ(line.find_first_of("\n\r\x1b\x07"), std::string::npos) << line;
    }
    EXPECT_FALSE(nlohmann::json::parse(json->lines.at(0), nullptr, false).is_discarded()) << json->lines.at(0);
  }
}

TEST_F(LoggerTest, RedactsMessagesAndFields) {
  redactor.add("sk-12345\n67890");
  text_log.info({{"key", "sk-12345\n67890"}}, "using {}", "sk-12345\n67890");
  EXPECT_EQ(text->lines.at(0), "2023-11-14T22:13:20.000Z info    using [redacted] key=[redacted]");
}

TEST(OpenSink, WritesARotatingPrivateFile) {
  auto folder = std::filesystem::temp_directory_path() / ("chela-log-" + random_hex(12));
  LogOptions options{.console_level = Level::off, .file = (folder / "gateway.log").string(), .file_bytes_max = 2000};
  FakeClock clock;
  Redactor redactor;
  {
    auto sink = open_sink(options);
    ASSERT_TRUE(sink) << sink.error().message;
    Logger log(*sink, redactor, clock);
    for (int i = 0; i < 40; ++i) log.info("line {}", i);
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "gateway.1.log"));
  struct stat status{};
  ASSERT_EQ(::stat(options.file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  std::ifstream file(options.file);
  std::string last, line;
  while (std::getline(file, line)) last = line;
  EXPECT_EQ(nlohmann::json::parse(last, nullptr, false).value("message", ""), "line 39");
  std::filesystem::remove_all(folder);
}

TEST(OpenSink, SaysWhyAFileCannotBeOpened) {
  auto sink = open_sink({.file = "/proc/chela.log"});
  ASSERT_FALSE(sink);
  EXPECT_NE(sink.error().message.find("logging.file"), std::string::npos) << sink.error().message;
}

TEST(Level, KnowsTheNamesPeopleHave) {
  EXPECT_EQ(find_level("Warn"), Level::warning);
  EXPECT_EQ(find_level("silent"), Level::off);
  EXPECT_EQ(find_level("fatal"), Level::error);
  EXPECT_EQ(find_level(name_of(Level::debug)), Level::debug);
  EXPECT_FALSE(find_level("loud"));
}

}  // namespace
}  // namespace chela::log
