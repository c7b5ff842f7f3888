#include "kernel/core/platform/elf_check.hpp"

#ifdef __ELF__

#include <elf.h>
#include <link.h>
#include <unistd.h>

#include <bit>
#include <cstring>
#include <string_view>
#include <vector>

namespace chela::platform {

namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using Section = ElfW(Shdr);

constexpr unsigned char kNativeClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
constexpr unsigned char kNativeOrder = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
constexpr int kTableEntriesMax = 4096;  // real libraries have below 100

constexpr int kNativeMachine =
#if defined(__x86_64__)
    EM_X86_64;
#elif defined(__aarch64__)
    EM_AARCH64;
#elif defined(__riscv)
    EM_RISCV;
#elif defined(__arm__)
    EM_ARM;
#elif defined(__i386__)
    EM_386;
#else
    EM_NONE;  // the loader compares it
#endif

bool read_at(int descriptor, std::uint64_t offset, void* buffer, std::size_t size) {
  return ::pread(descriptor, buffer, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
}

bool inside(std::uint64_t offset, std::uint64_t size, std::uint64_t file_size) {
  return offset <= file_size && size <= file_size - offset;
}

auto cut_short() {
  return fail(ErrorCode::corrupt, "the file is cut short: its headers point beyond its end; copy it again");
}

Result<void> check_identity(const Header& header) {
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return fail(ErrorCode::corrupt, "it is not a shared library (no ELF header)");
  }
  if (header.e_ident[EI_CLASS] != kNativeClass || header.e_ident[EI_DATA] != kNativeOrder) {
    return fail(ErrorCode::unsupported, "it is built for another word size or byte order");
  }
  if (kNativeMachine != EM_NONE && header.e_machine != kNativeMachine) {
    return fail(ErrorCode::unsupported, "it is built for another processor (ELF machine {}, this one is {})",
                header.e_machine, kNativeMachine);
  }
  if (header.e_type != ET_DYN) {
    return fail(ErrorCode::unsupported, "it is ELF, but not a shared library (type {})", header.e_type);
  }
  return {};
}

template <class Entry>
Result<std::vector<Entry>> read_table(int descriptor, std::uint64_t offset, std::size_t count, std::size_t entry_size,
                                      std::uint64_t file_size) {
  if (count == 0) return std::vector<Entry>{};
  if (entry_size != sizeof(Entry) || count > kTableEntriesMax) {
    return fail(ErrorCode::corrupt, "its header tables have impossible sizes");
  }
  std::vector<Entry> entries(count);
  std::size_t bytes = count * sizeof(Entry);
  if (!inside(offset, bytes, file_size) || !read_at(descriptor, offset, entries.data(), bytes)) return cut_short();
  return entries;
}

}  // namespace

Result<void> check_elf(int descriptor, std::uint64_t file_size) {
  Header header{};
  std::size_t readable = file_size < sizeof header ? static_cast<std::size_t>(file_size) : sizeof header;
  if (!read_at(descriptor, 0, &header, readable)) return cut_short();
  if (readable < SELFMAG) return fail(ErrorCode::corrupt, "it is not a shared library (only {} bytes)", readable);
  if (readable < sizeof header && std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0) return cut_short();
  CHELA_CHECK(check_identity(header));

  CHELA_TRY(auto segments,
            read_table<Segment>(descriptor, header.e_phoff, header.e_phnum, header.e_phentsize, file_size));
  if (segments.empty()) return fail(ErrorCode::corrupt, "it has no segments to load");
  for (const Segment& segment : segments) {
    if (segment.p_type != PT_NULL && !inside(segment.p_offset, segment.p_filesz, file_size)) return cut_short();
  }
  // Sections are not loaded, but their table is the last thing in the file: a cut anywhere shows there.
  CHELA_TRY(auto sections, read_table<Section>(descriptor, header.e_shoff, header.e_shoff == 0 ? 0 : header.e_shnum,
                                               header.e_shentsize, file_size));
  for (const Section& section : sections) {
    bool has_bytes = section.sh_type != SHT_NULL && section.sh_type != SHT_NOBITS;
    if (has_bytes && !inside(section.sh_offset, section.sh_size, file_size)) return cut_short();
  }
  return {};
}

}  // namespace chela::platform

#endif
