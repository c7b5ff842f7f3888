// The plugin `openai`: one HTTP request per completion, its response read by an Answer.

#include <cstdio>
#include <map>
#include <memory>

#include "chela/plugin.hpp"
#include "plugins/providers/openai/answer.hpp"
#include "plugins/providers/openai/model_list.hpp"
#include "plugins/providers/openai/request_body.hpp"
#include "plugins/providers/openai/service_error.hpp"

namespace chela::providers::openai {

// Loop only.
class OpenAiPlugin {
 public:
  explicit OpenAiPlugin(Host host) : host_(std::move(host)) {
    shared_.unix_ms = [this] { return host_.timer().unix_ms(); };
  }

  void complete(CompletionRequest request, Completion completion) {
    const Service& service = service_of(request.service);
    HttpRequest http = service.request("POST", "/chat/completions", "text/event-stream, application/json");
    http.body = request_body(service, request);
    const std::uint64_t call_id = request.call_id;
    char id_prefix[64];
    std::snprintf(id_prefix, sizeof id_prefix, "call_%llx_%llx_",
                  static_cast<unsigned long long>(host_.timer().unix_ms()), static_cast<unsigned long long>(call_id));
    auto answer =
        std::make_shared<Answer>(service, std::string(request.model), std::move(completion), id_prefix, shared_);
    HttpHandlers handlers;
    handlers.on_head = [answer](HttpHead head) { answer->on_head(std::move(head)); };
    handlers.on_body = [answer](std::string_view bytes) { answer->on_body(bytes); };
    handlers.on_done = [this, answer, call_id](chela_status status, std::string_view error) {
      answer->on_done(status, error);
      requests_.erase(call_id);
    };
    keep(call_id, host_.http().send(http, std::move(handlers)));
  }

  void list_models(std::string_view service_json, Completion completion) {
    const Service service = Service::parse(service_json);
    HttpRequest http = service.request("GET", "/models", "application/json");
    http.response_bytes_max = kModelListBytesMax;
    const std::uint64_t call_id = completion.call_id();
    auto held = std::make_shared<Completion>(std::move(completion));
    keep(call_id, host_.http().fetch(http, [this, service, held, call_id](HttpResponse response) {
      answer_models(service, response, *held);
      requests_.erase(call_id);
    }));
  }

  // The request's end completes the call.
  void cancel(std::uint64_t call_id) {
    const auto request = requests_.find(call_id);
    if (request == requests_.end()) return;
    HttpCall call = std::move(request->second);
    requests_.erase(request);
    call.cancel();
  }

 private:
  // The service of the last call, mostly: its description is parsed when it is another than before.
  const Service& service_of(std::string_view json) {
    if (json.empty() || json != service_json_) {
      service_json_.clear();  // parsing may throw
      service_ = Service::parse(json);
      service_json_ = json;
    }
    return service_;
  }

  void keep(std::uint64_t call_id, HttpCall call) {
    if (!call.finished()) requests_.insert_or_assign(call_id, std::move(call));
  }

  void answer_models(const Service& service, const HttpResponse& response, Completion& completion) {
    if (response.outcome != CHELA_OK) {
      const ServiceError error = error_of_transport(service, response.outcome, response.error);
      completion.fail(error.status, error.text);
    } else if (response.head.status < 200 || response.head.status >= 300) {
      const ServiceError error = error_of_response(service, "", response.head, response.body, host_.timer().unix_ms());
      completion.fail(error.status, error.text, error.retry_after_ms);
    } else {
      try {
        completion.text(model_list(response.body));
        completion.complete("stop");
      } catch (const Failure& failure) {
        completion.fail(failure.status(), "service " + service.id + ": " + failure.text());
      }
    }
  }

  Host host_;
  std::string service_json_;  // what service_ was parsed from
  Service service_;
  Answer::Shared shared_;
  std::map<std::uint64_t, HttpCall> requests_;  // by call id
};

}  // namespace chela::providers::openai

CHELA_PLUGIN(chela::providers::openai::OpenAiPlugin, "openai", "0.1.0")
