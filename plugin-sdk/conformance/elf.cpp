#include "plugin-sdk/conformance/elf.hpp"

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace chela::conformance {
namespace {

class Image {
 public:
  explicit Image(std::string bytes) : bytes_(std::move(bytes)) {}

  // A copy of the structure at `offset`; the file may be anything.
  template <class T>
  T at(std::uint64_t offset) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) throw std::runtime_error("the file is cut short");
    T value;
    std::memcpy(&value, bytes_.data() + offset, sizeof(T));
    return value;
  }

  std::string text(std::uint64_t offset) const {
    if (offset >= bytes_.size()) throw std::runtime_error("a name lies outside of the file");
    return std::string(bytes_.c_str() + offset);
  }

  bool starts_with(std::string_view magic) const { return std::string_view(bytes_).starts_with(magic); }

 private:
  std::string bytes_;
};

Image read_image(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("the file cannot be opened");
  Image image(std::string{std::istreambuf_iterator<char>(in), {}});
  if (!image.starts_with(ELFMAG)) throw std::runtime_error("the file is no ELF library");
  if (image.at<Elf64_Ehdr>(0).e_ident[EI_CLASS] != ELFCLASS64)
    throw std::runtime_error("the file is no 64-bit ELF library");
  return image;
}

}  // namespace

std::vector<std::string> exported_symbols(const std::string& path) {
  const Image image = read_image(path);
  const auto header = image.at<Elf64_Ehdr>(0);
  std::vector<std::string> names;
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    const auto section = image.at<Elf64_Shdr>(header.e_shoff + i * std::uint64_t{header.e_shentsize});
    if (section.sh_type != SHT_DYNSYM) continue;
    const auto strings = image.at<Elf64_Shdr>(header.e_shoff + section.sh_link * std::uint64_t{header.e_shentsize});
    for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= section.sh_size; at += sizeof(Elf64_Sym)) {
      const auto symbol = image.at<Elf64_Sym>(section.sh_offset + at);
      const auto binding = ELF64_ST_BIND(symbol.st_info);
      const bool defined = symbol.st_shndx != SHN_UNDEF;
      if (defined && binding != STB_LOCAL) names.push_back(image.text(strings.sh_offset + symbol.st_name));
    }
  }
  return names;
}

std::string unprotected_memory(const std::string& path) {
  const Image image = read_image(path);
  const auto header = image.at<Elf64_Ehdr>(0);
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    const auto segment = image.at<Elf64_Phdr>(header.e_phoff + i * std::uint64_t{header.e_phentsize});
    const bool executable = (segment.p_flags & PF_X) != 0;
    if (segment.p_type == PT_GNU_STACK && executable) return "it makes the stacks of the process executable";
    if (segment.p_type == PT_LOAD && executable && (segment.p_flags & PF_W) != 0)
      return "a part of it is both writable and executable";
  }
  return "";
}

}  // namespace chela::conformance
