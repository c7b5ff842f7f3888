#include "kernel/core/platform/shared_library.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <gtest/gtest.h>

#include "kernel/core/platform/files.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::platform {
namespace {

// A real library that is certainly there, and needs another: the C library's mathematics.
std::filesystem::path real_library() {
  Dl_info info{};
  void* library = ::dlopen("libm.so.6", RTLD_NOW);
  EXPECT_NE(library, nullptr);
  EXPECT_NE(::dladdr(::dlsym(library, "cbrt"), &info), 0);
  return info.dli_fname;
}

std::string real_bytes() {
  return *read_file(real_library(), 64 << 20);
}

TEST(SharedLibrary, LoadsAndFindsSymbols) {
  auto library = SharedLibrary::load(real_library());
  ASSERT_TRUE(library) << library.error().message;
  auto symbol = library->find_symbol("cbrt");
  ASSERT_TRUE(symbol);
  auto cube_root = reinterpret_cast<double (*)(double)>(*symbol);
  EXPECT_DOUBLE_EQ(cube_root(27), 3);
  auto absent = library->find_symbol("no_such_symbol");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::not_found);
  EXPECT_NE(absent.error().message.find("no_such_symbol"), std::string::npos);
}

// The loader would end this process with SIGBUS on most of these.
TEST(SharedLibrary, RefusesALibraryCutAnywhere) {
  TemporaryDirectory directory;
  std::string bytes = real_bytes();
  for (std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{4}, sizeof(Elf64_Ehdr) - 1, sizeof(Elf64_Ehdr),
                           std::size_t{700}, bytes.size() / 4, bytes.size() / 2, bytes.size() - 1}) {
    auto file = directory / "cut.so";
    ASSERT_TRUE(write_file_atomically(file, std::string_view(bytes).substr(0, size)));
    auto library = SharedLibrary::load(file);
    ASSERT_FALSE(library) << size;
    EXPECT_EQ(library.error().code, ErrorCode::corrupt) << library.error().message;
  }
}

TEST(SharedLibrary, RefusesWhatIsNotALibraryForThisMachine) {
  struct Case {
    const char* name;
    std::size_t offset;
    unsigned char value;
    ErrorCode code;
    const char* words;
  };
  const Case cases[] = {
      {"magic", 0, 'M', ErrorCode::corrupt, "not a shared library"},
      {"class", EI_CLASS, ELFCLASS32, ErrorCode::unsupported, "word size"},
      {"byte order", EI_DATA, ELFDATA2MSB, ErrorCode::unsupported, "byte order"},
      {"machine", 18, EM_S390, ErrorCode::unsupported, "another processor"},
      {"type", 16, ET_CORE, ErrorCode::unsupported, "type 4"},
      {"segment entry size", 54, 7, ErrorCode::corrupt, "impossible sizes"},
      {"segment count", 57, 0x7f, ErrorCode::corrupt, "impossible sizes"},
      {"section table offset", 46, 0x7f, ErrorCode::corrupt, "cut short"},
  };
  TemporaryDirectory directory;
  for (const Case& c : cases) {
    std::string bytes = real_bytes();
    bytes[c.offset] = static_cast<char>(c.value);
    ASSERT_TRUE(write_file_atomically(directory / "odd.so", bytes));
    auto checked = check_shared_library(directory / "odd.so");
    ASSERT_FALSE(checked) << c.name;
    EXPECT_EQ(checked.error().code, c.code) << c.name << ": " << checked.error().message;
    EXPECT_NE(checked.error().message.find(c.words), std::string::npos) << c.name << ": " << checked.error().message;
  }
}

TEST(SharedLibrary, RefusesWhatIsNotAFile) {
  TemporaryDirectory directory;
  EXPECT_EQ(check_shared_library(directory / "absent.so").error().code, ErrorCode::not_found);
  EXPECT_EQ(check_shared_library(directory.path()).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(check_shared_library("/dev/zero").error().code, ErrorCode::invalid_argument);
}

TEST(SharedLibrary, HandsOnWhatTheLoaderSays) {
  TemporaryDirectory directory;
  std::string bytes = real_bytes();
  // Another needed library's name, in the string table of the dynamic section.
  std::size_t at = bytes.find("libc.so.6");
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, 9, "nosuch.so");
  ASSERT_TRUE(write_file_atomically(directory / "needs.so", bytes));
  auto library = SharedLibrary::load(directory / "needs.so");
  ASSERT_FALSE(library);
  EXPECT_EQ(library.error().code, ErrorCode::unavailable);
  EXPECT_NE(library.error().message.find("nosuch.so: cannot open shared object file"), std::string::npos)
      << library.error().message;
}

TEST(SharedLibrary, StaysMappedWhenAsked) {
  TemporaryDirectory directory;
  ASSERT_TRUE(write_file_atomically(directory / "kept.so", real_bytes()));
  ASSERT_TRUE(write_file_atomically(directory / "gone.so", real_bytes()));
  auto is_mapped = [&](const char* name) {
    return read_file("/proc/self/maps", 64 << 20)->find((directory / name).string()) != std::string::npos;
  };
  {
    auto kept = SharedLibrary::load(directory / "kept.so", SharedLibrary::Unload::never);
  }
  {
    auto gone = SharedLibrary::load(directory / "gone.so");
  }
  EXPECT_TRUE(is_mapped("kept.so"));
  EXPECT_FALSE(is_mapped("gone.so"));
}

}  // namespace
}  // namespace chela::platform
