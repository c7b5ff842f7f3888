#pragma once

// A place that completes conversations: an endpoint that speaks one of the wire formats that provider plugins bring.

#include <cstdint>
#include <string>
#include <vector>

namespace chela::runtime {

struct Model {
  std::string id;    // the service's own name
  std::string name;  // for people; may be empty
  std::uint64_t context_window = 0;  // tokens; 0 when unknown
  std::uint64_t output_tokens_max = 0;
};

struct Service {
  std::string id;
  std::string name;
  std::string api;        // the wire format: id of a provider capability
  std::string base_url;   // empty for an embedded service
  std::string origin;     // who says so: "plugin <id>", "models.providers", "environment"
  std::string secret_name;  // of its credential; empty when none is configured
  bool needs_key = false; // useless without one
  bool local = false;     // on this machine: tried when nothing else is configured
  bool embedded = false;  // inside a plugin: the last resort
  std::vector<Model> models;
  bool has_key() const { return !secret_name.empty(); }
  std::string json;  // what the provider is given: see chela_completion_request::service
};

// One model of one service.
struct ModelRef {
  std::string service;
  std::string model;
  std::string text() const { return service + "/" + model; }
};

}  // namespace chela::runtime
