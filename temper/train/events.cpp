#include "temper/train/events.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <tuple>

namespace temper::train {
namespace {

using nlohmann::json;

template <class Struct, class Value>
struct Key {
  const char* name;  ///< "": the value's members are keys of its owner's object
  Value Struct::* member;
};

// The keys of a line of the log, in one list for writing and reading.

constexpr auto keys(const measure::Errors&) {
  return std::tuple{Key{"rmse", &measure::Errors::rmse}, Key{"mae", &measure::Errors::mae},
                    Key{"r2", &measure::Errors::r2}};
}

constexpr auto keys(const Score&) {
  return std::tuple{Key{"loss", &Score::loss}, Key{"accuracy", &Score::accuracy},
                    Key{"count", &Score::count}, Key{"errors", &Score::errors}};
}

constexpr auto keys(const Scores&) {
  return std::tuple{Key{"train", &Scores::train}, Key{"validation", &Scores::validation}};
}

constexpr auto keys(const LayerNorms&) {
  return std::tuple{Key{"name", &LayerNorms::name}, Key{"weight", &LayerNorms::weight},
                    Key{"gradient", &LayerNorms::gradient}, Key{"update", &LayerNorms::update}};
}

constexpr auto keys(const Times&) {
  return std::tuple{Key{"data", &Times::data},         Key{"forward", &Times::forward},
                    Key{"backward", &Times::backward}, Key{"update", &Times::update},
                    Key{"evaluate", &Times::evaluate}, Key{"save", &Times::save}};
}

constexpr auto keys(const Started&) {
  return std::tuple{Key{"name", &Started::name},
                    Key{"time", &Started::time},
                    Key{"fingerprint", &Started::fingerprint},
                    Key{"step", &Started::step},
                    Key{"steps_per_epoch", &Started::steps_per_epoch},
                    Key{"total_steps", &Started::total_steps},
                    Key{"epochs", &Started::epochs},
                    Key{"parameters", &Started::parameters},
                    Key{"multiply_adds", &Started::multiply_adds},
                    Key{"train_images", &Started::train_images},
                    Key{"validation_images", &Started::validation_images},
                    Key{"test_images", &Started::test_images},
                    Key{"classes", &Started::classes},
                    Key{"values", &Started::values},
                    Key{"channels", &Started::channels},
                    Key{"height", &Started::height},
                    Key{"width", &Started::width},
                    Key{"batch", &Started::batch},
                    Key{"averaging", &Started::averaging},
                    Key{"weights", &Started::weights}};
}

constexpr auto keys(const Stepped&) {
  return std::tuple{Key{"step", &Stepped::step},
                    Key{"epoch", &Stepped::epoch},
                    Key{"loss", &Stepped::loss},
                    Key{"lr", &Stepped::lr},
                    Key{"images_per_second", &Stepped::images_per_second},
                    Key{"seconds", &Stepped::seconds}};
}

constexpr auto keys(const Norms&) {
  return std::tuple{Key{"step", &Norms::step}, Key{"layers", &Norms::layers}};
}

constexpr auto keys(const Evaluated&) {
  return std::tuple{Key{"epoch", &Evaluated::epoch}, Key{"step", &Evaluated::step},
                    Key{"seconds", &Evaluated::seconds}, Key{"raw", &Evaluated::raw},
                    Key{"averaged", &Evaluated::averaged}};
}

constexpr auto keys(const SkippedStep&) {
  return std::tuple{Key{"step", &SkippedStep::step}, Key{"loss", &SkippedStep::loss},
                    Key{"parameter", &SkippedStep::parameter}, Key{"action", &SkippedStep::action},
                    Key{"ids", &SkippedStep::ids}};
}

constexpr auto keys(const SkippedImage&) {
  return std::tuple{Key{"step", &SkippedImage::step}, Key{"image", &SkippedImage::where},
                    Key{"reason", &SkippedImage::reason}};
}

constexpr auto keys(const EarlyStop&) {
  return std::tuple{Key{"reason", &EarlyStop::reason}, Key{"epoch", &EarlyStop::epoch},
                    Key{"step", &EarlyStop::step},     Key{"measure", &EarlyStop::measure},
                    Key{"best", &EarlyStop::best},     Key{"best_epoch", &EarlyStop::best_epoch},
                    Key{"waited", &EarlyStop::waited}, Key{"weights", &EarlyStop::weights}};
}

constexpr auto keys(const Tested&) {
  return std::tuple{Key{"weights", &Tested::weights}, Key{"", &Tested::score}};
}

constexpr auto keys(const Ended&) {
  return std::tuple{Key{"seconds", &Ended::seconds}, Key{"time", &Ended::time}};
}

constexpr auto keys(const Warned&) {
  return std::tuple{Key{"message", &Warned::message}};
}

constexpr const char* kind_of(const Started&) {
  return "start";
}
constexpr const char* kind_of(const Stepped&) {
  return "step";
}
constexpr const char* kind_of(const Norms&) {
  return "norms";
}
constexpr const char* kind_of(const Evaluated&) {
  return "epoch";
}
constexpr const char* kind_of(const SkippedStep&) {
  return "left_out";
}
constexpr const char* kind_of(const SkippedImage&) {
  return "skipped_image";
}
constexpr const char* kind_of(const EarlyStop&) {
  return "early_stop";
}
constexpr const char* kind_of(const Tested&) {
  return "test";
}
constexpr const char* kind_of(const Ended&) {
  return "end";
}
constexpr const char* kind_of(const Warned&) {
  return "warning";
}

template <class T>
concept Struct = requires(const T& value) { keys(value); };

template <class T, class Visit>
void visit_keys(T& value, const Visit& visit) {
  std::apply([&](const auto&... key) { (visit(key.name, value.*(key.member)), ...); }, keys(value));
}

json write(const Struct auto& value);

template <class T>
json write(const T& value) {
  return value;
}

template <Struct T>
json write(const std::vector<T>& values) {
  json list = json::array();
  for (const auto& value : values) list.push_back(write(value));
  return list;
}

template <class T>
void put(json& object, const char* name, const T& value) {
  if (*name == '\0')
    object.update(write(value));
  else
    object[name] = write(value);
}

template <class T>
void put(json& object, const char* name, const std::optional<T>& value) {
  if (value) put(object, name, *value);
}

json write(const Struct auto& value) {
  json object = json::object();
  visit_keys(value, [&](const char* name, const auto& part) { put(object, name, part); });
  return object;
}

template <class T>
void read(const json& from, std::optional<T>& into);
template <class T>
void read(const json& from, std::vector<T>& into);

void read(const json& from, double& into) {
  into = from.is_number() ? from.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

void read(const json& from, std::int64_t& into) {
  into = from.is_number_integer() ? from.get<std::int64_t>() : 0;
}

void read(const json& from, std::string& into) {
  into = from.is_string() ? from.get<std::string>() : "";
}

void read(const json& from, Struct auto& into) {
  static const json nothing;
  visit_keys(into, [&](const char* name, auto& part) {
    if (*name == '\0') {
      read(from, part);
      return;
    }
    const auto found = from.is_object() ? from.find(name) : from.end();
    read(found == from.end() ? nothing : *found, part);
  });
}

template <class T>
void read(const json& from, std::optional<T>& into) {
  into.reset();
  if (!from.is_null()) read(from, into.emplace());
}

template <class T>
void read(const json& from, std::vector<T>& into) {
  into.clear();
  if (!from.is_array()) return;
  for (const auto& part : from) read(part, into.emplace_back());
}

template <std::size_t kind = 0>
std::optional<Event> read_event(const json& line, const std::string& name) {
  if constexpr (kind < std::variant_size_v<Event>) {
    std::variant_alternative_t<kind, Event> event;
    if (name != kind_of(event)) return read_event<kind + 1>(line, name);
    read(line, event);
    return event;
  }
  return {};
}

}  // namespace

json to_json(const Event& event) {
  return std::visit(
      [](const auto& e) {
        json line = write(e);
        line["event"] = kind_of(e);
        return line;
      },
      event);
}

std::optional<Event> from_json(const json& line) {
  const auto event = line.find("event");
  if (event == line.end() || !event->is_string()) return {};
  return read_event(line, event->get<std::string>());
}

}  // namespace temper::train
