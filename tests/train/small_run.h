#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "temper/core/random.h"
#include "temper/data/sources/array_source.h"
#include "temper/train/events.h"
#include "temper/train/plan.h"
#include "tests/support/directory.h"

/// Runs that take a second: random images in two classes, a small network.
namespace temper::train::small {

namespace fs = std::filesystem;

using temper::testing::Directory;

inline data::Dataset dataset(std::int64_t images, std::uint64_t seed = 1) {
  data::ArraySource::Contents contents{
      .name = "noise", .classes = {"dim", "bright"}, .height = 12, .width = 12, .channels = 1};
  Random random(seed, Purpose::inspect);
  for (std::int64_t i = 0; i < images; ++i) {
    contents.labels.push_back(i % 2);
    for (int k = 0; k < 144; ++k)
      contents.pixels.push_back(static_cast<std::uint8_t>(random.below(128) + 128 * (i % 2)));
  }
  return {
      .train = std::make_shared<data::ArraySource>(std::move(contents)), .height = 12, .width = 12};
}

inline recipe::Recipe recipe(const std::vector<std::string>& sets = {}) {
  return recipe::parse(R"(
name = "small"
epochs = 3
threads = 1
averaging = [{ kind = "ema" }]
[data]
batch_size = 8
validation = 0.2
augment = [{ kind = "pad_crop", padding = 2 }, { kind = "flip" }]
[model]
kind = "resnet"
depth = 8
width = 4
[log]
every_steps = 1
[checkpoint]
every_steps = 4
keep = 100
)",
                       "small", sets);
}

/// Of 64 images of 12 x 12, 51 to train on: epochs of 6 steps, 18 in all.
inline Plan plan_of(const std::vector<std::string>& sets = {}) {
  return plan(recipe(sets), dataset(64));
}

/// An evaluation on the validation set after a first epoch of six steps, of the raw and the
/// averaged weights, whose accuracies are 1 - loss.
inline Evaluated evaluated(double raw, double averaged) {
  const auto scores = [](double loss) {
    return Scores{.train = {}, .validation = Score{.loss = loss, .accuracy = 1 - loss, .count = 1}};
  };
  return {.epoch = 1, .step = 6, .seconds = 0, .raw = scores(raw), .averaged = scores(averaged)};
}

}  // namespace temper::train::small
