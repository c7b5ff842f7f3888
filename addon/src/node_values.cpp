#include "addon/src/node_values.hpp"

#include <cctype>

namespace chela::addon {

std::string text_of(const Napi::Value& value) {
  if (!value.IsString()) throw Napi::TypeError::New(value.Env(), "expected a text");
  return value.As<Napi::String>().Utf8Value();
}

std::vector<std::string> texts_of(const Napi::Value& value) {
  if (!value.IsArray()) throw Napi::TypeError::New(value.Env(), "expected a list of texts");
  auto list = value.As<Napi::Array>();
  std::vector<std::string> out;
  out.reserve(list.Length());
  for (std::uint32_t i = 0; i < list.Length(); ++i) out.push_back(text_of(list.Get(i)));
  return out;
}

std::uint64_t number_of(const Napi::Value& value) {
  if (!value.IsNumber()) throw Napi::TypeError::New(value.Env(), "expected a number");
  auto number = value.As<Napi::Number>().DoubleValue();
  return number > 0 ? static_cast<std::uint64_t>(number) : 0;
}

std::string name_of(chela_status status) {
  std::string name = "INTERNAL";
  switch (status) {
#define CHELA_ADDON_ROW(row, value) \
  case CHELA_##row:                 \
    name = #row;                    \
    break;
    CHELA_STATUS_MAP(CHELA_ADDON_ROW)
#undef CHELA_ADDON_ROW
    default:
      break;
  }
  for (auto& c : name) c = static_cast<char>(std::tolower(c));
  return name;
}

}  // namespace chela::addon
