#include <nlohmann/json.hpp>

#include "kernel/gateway/openai_api.hpp"
#include "kernel/gateway/reply.hpp"

namespace chela::gateway {
namespace {

using Json = nlohmann::json;

Json model_json(const std::string& id, const std::string& owner) {
  return {{"id", id}, {"object", "model"}, {"created", 0}, {"owned_by", owner}};
}

// The default first, under the name that stands for it; then every model that could be used now.
Json list_of(const runtime::ModelCatalog& models) {
  Json data = Json::array({model_json("chela", "chela")});
  for (const auto& [id, service] : models.services()) {
    if (service.needs_key && !service.has_key()) continue;
    for (const auto& model : service.models) data.push_back(model_json(id + "/" + model.id, id));
  }
  return data;
}

}  // namespace

void add_openai_models(Service& service, Context& context) {
  constexpr auto list = [](Context& shared, Request request) -> Task<Result<void>> {
    co_return request.respond(json_reply(200, {{"object", "list"}, {"data", list_of(shared.models)}}));
  };
  service.add({"GET", "/v1/models", {policy::RouteAccess::operator_read, 0}, "the models that can be used",
               [&context, list](Request request) { return list(context, std::move(request)); }, ErrorStyle::openai});
}

}  // namespace chela::gateway
