// Every header of the SDK compiles alone, with every compiler that a plugin may be built with.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <vector>

#include "tests/paths.hpp"
#include "tests/plugin-sdk/installed/command.hpp"

namespace chela {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> headers_below(const fs::path& folder) {
  std::vector<std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) out.push_back(entry.path().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string sdk(const std::string& folder) {
  return (source_dir() / "plugin-sdk" / folder).string();
}

void expect_compiles(const std::string& compiler, const std::string& flags, const std::string& header) {
  const std::string command = compiler + " -fsyntax-only -Wall -Wextra -pedantic -Werror " + flags + " -I" +
                              sdk("include") + " -I" + sdk("cpp") + " -I" + sdk("testing") + " -include " + header +
                              " /dev/null";
  const CommandResult result = run_command(command);
  EXPECT_EQ(result.code, 0) << command << "\n" << result.output;
}

TEST(Headers, OfTheAbiCompileAloneAsC11AndAsCxx17) {
  const auto headers = headers_below(sdk("include"));
  ASSERT_GE(headers.size(), 6u);
  for (const std::string& header : headers) {
    for (const char* compiler : {TEST_C_COMPILERS}) expect_compiles(compiler, "-std=c11 -x c", header);
    for (const char* compiler : {TEST_CXX_COMPILERS}) expect_compiles(compiler, "-std=c++17 -x c++", header);
  }
}

TEST(Headers, OfTheCxxSideCompileAloneAsCxx17) {
  for (const char* folder : {"cpp", "testing"}) {
    for (const std::string& header : headers_below(sdk(folder))) {
      expect_compiles(TEST_OLDEST_CXX_COMPILER, "-std=c++17 -x c++", header);
    }
  }
}

std::string read(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Headers, OfTheAbiStayShort) {
  for (const std::string& header : headers_below(sdk("include"))) {
    const std::string text = read(header);
    const auto lines = std::count(text.begin(), text.end(), '\n');
    EXPECT_LE(lines, fs::path(header).filename() == "abi.h" ? 150 : 100) << header;
  }
}

// A closed grammar: [loop|any-thread|worker], optionally `& state`.
TEST(Headers, TagEveryFunctionPointerWithItsThread) {
  const std::regex function(R"((\/\*(?:[^*]|\*(?!\/))*\*\/)?\s*[\w ]+[ *]\(\*(\w+)\)\()");
  const std::regex tag(R"(\[(loop|any-thread|worker)( & (created|configured|started|stopped))?\]\s*\*\/$)");
  for (const std::string& header : headers_below(sdk("include"))) {
    const std::string text = read(header);
    std::ptrdiff_t found = 0;
    for (std::sregex_iterator it(text.begin(), text.end(), function), end; it != end; ++it, ++found) {
      EXPECT_TRUE(std::regex_search((*it)[1].str(), tag)) << header << ": " << (*it)[2].str();
    }
    const std::regex pointer(R"(\(\*\w+\)\()");
    EXPECT_EQ(found, std::distance(std::sregex_iterator(text.begin(), text.end(), pointer), std::sregex_iterator()))
        << header;
  }
}

TEST(AbiHistory, FreezesEveryStableStruct) {
  const std::string abi = read(sdk("include/chela/abi.h"));
  std::smatch major, minor;
  ASSERT_TRUE(std::regex_search(abi, major, std::regex("CHELA_ABI_MAJOR (\\d+)")));
  ASSERT_TRUE(std::regex_search(abi, minor, std::regex("CHELA_ABI_MINOR (\\d+)")));
  const std::string layout = read(sdk("abi-history/" + major[1].str() + "." + minor[1].str() + "/layout.c"));
  ASSERT_FALSE(layout.empty());
  const std::regex definition(R"(typedef struct (chela_\w+) \{)");
  for (const std::string& header : headers_below(sdk("include"))) {
    if (header.find("/draft/") != std::string::npos) continue;
    const std::string text = read(header);
    for (std::sregex_iterator it(text.begin(), text.end(), definition), end; it != end; ++it) {
      EXPECT_NE(layout.find("SIZE_AT_LEAST(" + (*it)[1].str() + ","), std::string::npos) << (*it)[1].str();
    }
  }
}

}  // namespace
}  // namespace chela
