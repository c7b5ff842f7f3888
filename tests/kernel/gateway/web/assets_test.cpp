#include "kernel/gateway/web/assets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace chela::gateway::web {
namespace {

const Asset *find(std::string_view path) {
  const auto all = assets();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Asset &asset) { return asset.path == path; });
  return found == all.end() ? nullptr : &*found;
}

TEST(WebAssets, ThePageNamesOnlyFilesThatAreEmbedded) {
  const Asset *page = find("/chat");
  ASSERT_NE(page, nullptr);
  EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
  std::size_t named = 0;
  for (std::size_t at = page->bytes.find("\"./"); at != std::string_view::npos; at = page->bytes.find("\"./", at + 1)) {
    const auto end = page->bytes.find('"', at + 1);
    const std::string path = "/" + std::string(page->bytes.substr(at + 3, end - at - 3));
    EXPECT_NE(find(path), nullptr) << path;
    ++named;
  }
  EXPECT_GE(named, 4u);
}

TEST(WebAssets, EveryFileIsWholeCompressedAndTagged) {
  std::set<std::string_view> paths;
  std::set<std::string_view> tags;
  for (const Asset &asset : assets()) {
    EXPECT_TRUE(paths.insert(asset.path).second) << asset.path;
    EXPECT_TRUE(tags.insert(asset.etag).second) << asset.path;
    EXPECT_TRUE(asset.etag.starts_with('"') && asset.etag.ends_with('"')) << asset.etag;
    EXPECT_FALSE(asset.bytes.empty()) << asset.path;
    EXPECT_FALSE(asset.content_type.empty()) << asset.path;
    EXPECT_TRUE(asset.gzip_bytes.starts_with("\x1f\x8b")) << asset.path;
  }
}

TEST(WebAssets, NothingInlineAndNothingFromElsewhere) {
  const Asset *page = find("/chat");
  ASSERT_NE(page, nullptr);
  for (const std::string_view banned : {"<style", "style=", "onload=", "http://", "https://"}) {
    EXPECT_EQ(page->bytes.find(banned), std::string_view::npos) << banned;
  }
  for (std::size_t at = page->bytes.find("<script"); at != std::string_view::npos;
       at = page->bytes.find("<script", at + 1)) {
    EXPECT_LT(page->bytes.find(" src=", at), page->bytes.find('>', at));
  }
}

TEST(WebAssets, ThePolicyStartsFromNothing) {
  const auto all = headers();
  const auto policy =
      std::find_if(all.begin(), all.end(), [](const Header &h) { return h.name == "Content-Security-Policy"; });
  ASSERT_NE(policy, all.end());
  EXPECT_TRUE(policy->value.starts_with("default-src 'none';")) << policy->value;
  EXPECT_EQ(policy->value.find("unsafe"), std::string_view::npos) << policy->value;
}

} // namespace
} // namespace chela::gateway::web
