#include "kernel/core/log/logger.hpp"

#include <vector>

#include "kernel/core/base/assert.hpp"

namespace chela::log {

Logger::Logger(std::shared_ptr<Sink> sink, const Redactor& redactor, const Clock& clock)
    : sink_(std::move(sink)), redactor_(&redactor), clock_(&clock) {
  CHELA_ASSERT(sink_ != nullptr, "a logger writes somewhere");
}

Logger Logger::with_category(std::string_view category) const {
  Logger copy = *this;
  copy.category_ = category;
  return copy;
}

bool Logger::wants(Level level) const { return sink_->wants(level); }

void Logger::write(Level level, Fields fields, std::string_view message) const {
  if (!wants(level)) return;
  std::string clean_message = redactor_->redact(message);
  std::vector<std::string> values;
  std::vector<Field> clean_fields;
  values.reserve(fields.size());  // clean_fields points into it
  clean_fields.reserve(fields.size());
  for (const auto& field : fields) {
    values.push_back(redactor_->redact(field.value));
    clean_fields.push_back({field.name, values.back()});
  }
  sink_->write({clock_->unix_ms(), level, category_, clean_message, clean_fields});
}

void Logger::write_formatted(Level level, Fields fields, fmt::string_view format, fmt::format_args args) const {
  if (wants(level)) write(level, fields, fmt::vformat(format, args));
}

}  // namespace chela::log
