#include "temper/train/events.h"

#include <nlohmann/json.hpp>

#include "temper/train/clock.h"

namespace temper::train {
namespace {

using nlohmann::json;

json line(const Score& s) {
  return {{"loss", s.loss}, {"accuracy", s.accuracy}, {"count", s.count}};
}

json line(const Scores& s) {
  json object = {{"train", line(s.train)}};
  if (s.validation) object["validation"] = line(*s.validation);
  return object;
}

json line(const Started& e) {
  return {{"event", "start"},
          {"time", utc_now()},
          {"name", e.name},
          {"fingerprint", e.fingerprint},
          {"step", e.step},
          {"steps_per_epoch", e.steps_per_epoch},
          {"total_steps", e.total_steps},
          {"epochs", e.epochs},
          {"parameters", e.parameters},
          {"multiply_adds", e.multiply_adds},
          {"train_images", e.train_images},
          {"validation_images", e.validation_images},
          {"test_images", e.test_images},
          {"classes", e.classes},
          {"channels", e.channels},
          {"height", e.height},
          {"width", e.width},
          {"batch", e.batch}};
}

json line(const Stepped& e) {
  return {{"event", "step"},     {"step", e.step}, {"epoch", e.epoch},
          {"loss", e.loss},      {"lr", e.lr},     {"images_per_second", e.images_per_second},
          {"seconds", e.seconds}};
}

json line(const Norms& e) {
  json layers = json::array();
  for (const auto& layer : e.layers)
    layers.push_back({{"name", layer.name},
                      {"weight", layer.weight},
                      {"gradient", layer.gradient},
                      {"update", layer.update}});
  return {{"event", "norms"}, {"step", e.step}, {"layers", std::move(layers)}};
}

json line(const Evaluated& e) {
  json object = {{"event", "epoch"}, {"epoch", e.epoch}, {"step", e.step}, {"seconds", e.seconds}};
  if (e.raw) object["raw"] = line(*e.raw);
  if (e.averaged) object["ema"] = line(*e.averaged);
  return object;
}

json line(const Tested& e) {
  json object = line(e.score);
  object["event"] = "test";
  object["weights"] = e.weights;
  return object;
}

json line(const Ended& e) {
  return {{"event", "end"},
          {"seconds", e.seconds},
          {"time",
           {{"data", e.time.data},
            {"forward", e.time.forward},
            {"backward", e.time.backward},
            {"update", e.time.update},
            {"evaluate", e.time.evaluate},
            {"save", e.time.save}}}};
}

json line(const Warned& e) {
  return {{"event", "warning"}, {"message", e.message}};
}

}  // namespace

json to_json(const Event& event) {
  return std::visit([](const auto& e) { return line(e); }, event);
}

}  // namespace temper::train
