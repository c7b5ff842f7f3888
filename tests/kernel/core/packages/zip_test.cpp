#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/packages/archive.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"
#include "tests/kernel/core/packages/package_fixture.hpp"

namespace chela::packages {
namespace {

class Zip : public testing::Test {
 protected:
  Result<void> write(const std::vector<PackedFile>& files, std::string_view name = "a.zip") {
    platform::OwnedDescriptor out(::open((place_ / name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    return test_engine().write_zip(out.get(), files);
  }

  TemporaryDirectory place_;
};

TEST_F(Zip, HoldsWhatWasPutIn) {
  std::string noise;
  for (int i = 0; i < 5000; ++i) noise += sha256_hex(std::to_string(i));
  const std::vector<PackedFile> files = {{"SKILL.md", false, std::string(100'000, 'a')},
                                         {"data/noise", true, noise},
                                         {"data/\u00e4", false, std::string("\0\xff\r\n", 4)},
                                         {"empty", false, ""}};
  ASSERT_TRUE(write(files));
  ASSERT_TRUE(unpack(test_engine(), place_ / "a.zip", place_ / "tree"));
  for (const auto& file : files) EXPECT_EQ(read_text(place_ / "tree" / file.name), file.bytes) << file.name;
  EXPECT_EQ(names_below(place_ / "tree").size(), files.size());
  EXPECT_LT(std::filesystem::file_size(place_ / "a.zip"), noise.size());
}

TEST_F(Zip, DependsOnNothingButTheFiles) {
  ASSERT_TRUE(write({{"a", false, "x"}, {"b", true, "y"}}));
  ASSERT_TRUE(write({{"a", true, "x"}, {"b", false, "y"}}, "b.zip"));  // modes are no part of it
  EXPECT_EQ(read_text(place_ / "a.zip"), read_text(place_ / "b.zip"));
  // The same bytes on every machine: what is too short to be compressed is stored.
  EXPECT_EQ(sha256_hex(read_text(place_ / "a.zip")), "8d29382c41c08b056dfadeb7276947bfeff78eae0a2504d0750b753b9b3ac2f6");
}

TEST_F(Zip, AnEmptyOneIsOne) {
  ASSERT_TRUE(write({}));
  EXPECT_EQ(read_text(place_ / "a.zip"), std::string("PK\x05\x06", 4) + std::string(18, '\0'));
}

}  // namespace
}  // namespace chela::packages
