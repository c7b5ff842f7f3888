#include <nlohmann/json.hpp>

#include "chela/abi.h"
#include "kernel/core/net/http_types.hpp"
#include "kernel/core/net/websocket_codec.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "tools/chela/exit_code.hpp"
#include "tools/facts/facts.hpp"

namespace chela::facts {
namespace {

using nlohmann::json;

json code_rows() {
  json rows = json::array();
#define CHELA_FACT(name, meaning)                            \
  rows.push_back({{"name", #name},                           \
                  {"meaning", meaning},                      \
                  {"http", net::status_of(ErrorCode::name)}, \
                  {"status", plugins::to_status(ErrorCode::name)}});
  CHELA_ERROR_MAP(CHELA_FACT)
#undef CHELA_FACT
  return rows;
}

json status_rows() {
  json rows = json::array();
#define CHELA_FACT(name, value)             \
  rows.push_back({{"name", "CHELA_" #name}, \
                  {"value", value},         \
                  {"error", value == CHELA_OK ? "" : name_of(plugins::to_error_code(CHELA_##name))}});
  CHELA_STATUS_MAP(CHELA_FACT)
#undef CHELA_FACT
  return rows;
}

}  // namespace

json errors() {
  json out = {{"codes", code_rows()}, {"statuses", status_rows()}};
#define CHELA_FACT(name, code, meaning) {{"name", #name}, {"code", code}, {"meaning", meaning}},
  out["closeCodes"] = {CHELA_CLOSE_CODE_MAP(CHELA_FACT)};
  out["exitCodes"] = {CHELA_EXIT_CODE_MAP(CHELA_FACT)};
#undef CHELA_FACT
  return out;
}

}  // namespace chela::facts
