#include "kernel/runtime/skills/scan/text_scan.hpp"

#include <algorithm>
#include <array>

namespace chela::runtime::skills::scan {
namespace {

constexpr std::size_t kLookedAt = 8192;
constexpr std::ptrdiff_t kNulsOneIn = 64;  // fewer are put in to be taken for a binary
constexpr std::string_view kArchive = "an archive";
constexpr std::string_view kProgram = "a program";
constexpr std::string_view kOther = "not text";

struct Magic {
  std::string_view bytes;
  std::string_view kind;
};

using namespace std::string_view_literals;
constexpr std::array kMagics{
    Magic{"\x7f" "ELF"sv, kProgram},      Magic{"MZ\x90\0"sv, kProgram},         Magic{"\xcf\xfa\xed\xfe"sv, kProgram},
    Magic{"\xce\xfa\xed\xfe"sv, kProgram}, Magic{"\xca\xfe\xba\xbe"sv, kProgram}, Magic{"\0asm"sv, kProgram},
    Magic{"PK\x03\x04"sv, kArchive},      Magic{"PK\x05\x06"sv, kArchive},       Magic{"\x1f\x8b"sv, kArchive},
    Magic{"7z\xbc\xaf"sv, kArchive},      Magic{"Rar!"sv, kArchive},             Magic{"\xfd" "7zXZ"sv, kArchive},
    Magic{"BZh"sv, kArchive},             Magic{"\x28\xb5\x2f\xfd"sv, kArchive}, Magic{"xar!"sv, kArchive},
};

}  // namespace

std::string_view binary_kind(std::string_view bytes) {
  for (const auto& magic : kMagics) {
    if (bytes.starts_with(magic.bytes)) return magic.kind;
  }
  if (is_utf16(bytes)) return {};
  auto head = bytes.substr(0, kLookedAt);
  auto nuls = std::count(head.begin(), head.end(), '\0');
  return nuls * kNulsOneIn > static_cast<std::ptrdiff_t>(head.size()) ? kOther : std::string_view();
}

bool is_utf16(std::string_view bytes) { return bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff"); }
bool is_program(std::string_view kind) { return kind == kProgram; }
bool is_archive(std::string_view kind) { return kind == kArchive; }

}  // namespace chela::runtime::skills::scan
