#include "plugins/providers/openai/model_list.hpp"

#include "chela/json.hpp"
#include "plugins/providers/openai/service_error.hpp"

namespace chela::providers::openai {

namespace {

constexpr std::size_t kModelsMax = 10000;

Json entry_of(const Json& model) {
  Json entry = Json::object();
  if (model.is_string()) entry["id"] = model;
  if (!model.is_object()) return entry;
  for (const char* key : {"id", "model", "name"}) {
    if (model.contains(key) && model[key].is_string() && !entry.contains("id")) entry["id"] = model[key];
  }
  for (const char* key : {"context_length", "context_window", "max_model_len", "max_context_length"}) {
    if (model.contains(key) && model[key].is_number_unsigned() && !entry.contains("contextWindow")) {
      entry["contextWindow"] = model[key];
    }
  }
  return entry;
}

}  // namespace

std::string model_list(std::string_view body) {
  const Json answer = read_json(body);
  Json list = answer;
  for (const char* key : {"data", "models"}) {
    if (answer.is_object() && answer.contains(key)) list = answer[key];
  }
  if (!list.is_array()) throw Failure(CHELA_PROTOCOL, "the answer is no list of models: " + excerpt(body, 80));
  Json models = Json::array();
  for (const Json& model : list) {
    Json entry = entry_of(model);
    if (entry.contains("id") && models.size() < kModelsMax) models.push_back(std::move(entry));
  }
  return to_text(models);
}

}  // namespace chela::providers::openai
