# Writes OUTPUT, an assembler-backed C++ file that exposes the bytes of INPUT as chela::embedded::VARIABLE.
# .incbin costs nothing to compile, whatever the size of the asset.
# A compiler cache does not read it: the hash in the comment tells it when the bytes have changed.
file(SHA256 "${INPUT}" hash)
file(WRITE "${OUTPUT}" "// Generated from ${VARIABLE}, SHA-256 ${hash}; do not edit.
#include <string_view>
__asm__(\".section .rodata\\n.balign 16\\n\"
        \"chela_embedded_${VARIABLE}_begin: .incbin \\\"${INPUT}\\\"\\n\"
        \"chela_embedded_${VARIABLE}_end: .byte 0\\n.previous\\n\");
extern \"C\" __attribute__((visibility(\"hidden\"))) const char chela_embedded_${VARIABLE}_begin[];
extern \"C\" __attribute__((visibility(\"hidden\"))) const char chela_embedded_${VARIABLE}_end[];
namespace chela::embedded {
std::string_view ${VARIABLE}() {
  return {chela_embedded_${VARIABLE}_begin,
          static_cast<std::size_t>(chela_embedded_${VARIABLE}_end - chela_embedded_${VARIABLE}_begin)};
}
} // namespace chela::embedded
")
