#include "temper/train/events.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "temper/io/disk/read_file.h"

namespace temper::train {
namespace {

using nlohmann::json;

/// One of each kind, with a value of its own in every member.
std::vector<Event> all_events() {
  const Scores scores{.train = {0.5, 0.75, 10}, .validation = Score{0.625, 0.5, 20}};
  return {Started{.name = "trial",
                  .time = "2026-01-31T12:00:00Z",
                  .fingerprint = "00c0ffee",
                  .step = 1,
                  .steps_per_epoch = 2,
                  .total_steps = 3,
                  .epochs = 4,
                  .parameters = 5,
                  .multiply_adds = 6,
                  .train_images = 7,
                  .validation_images = 8,
                  .test_images = 9,
                  .classes = {"cat", "dog"},
                  .values = {"angle"},
                  .channels = 10,
                  .height = 11,
                  .width = 12,
                  .batch = 13,
                  .averaging = "ema",
                  .weights = "averaged"},
          LinearProbed{.images = 1800,
                       .features = 1280,
                       .iterations = 40,
                       .converged = true,
                       .split = "validation",
                       .accuracy = 0.97,
                       .count = 200,
                       .seconds = 12},
          Stepped{.step = 1,
                  .epoch = 0.5,
                  .loss = 2.25,
                  .lr = 0.1,
                  .images_per_second = 100,
                  .seconds = 1.5},
          Norms{.step = 1, .layers = {{"conv1.weight", 1.0, 2.0, 3.0}, {"fc.bias", 4.0, 5.0, 6.0}}},
          Evaluated{.epoch = 1,
                    .step = 2,
                    .seconds = 3.5,
                    .raw = Scores{.train = {1.5, 0.25, 30}, .validation = {}},
                    .averaged = scores},
          SkippedStep{.step = 3,
                      .loss = 2.5,
                      .parameter = "conv1.weight",
                      .tensor = "the buffer bn1.running_var",
                      .action = "skip",
                      .ids = {4, 5}},
          SkippedImage{.step = 3, .where = "cats/7.jpg", .reason = "the file is cut short"},
          EarlyStop{.reason = "patience",
                    .epoch = 1,
                    .step = 2,
                    .measure = "validation_loss",
                    .best = 0.5,
                    .best_epoch = 3,
                    .waited = 4,
                    .weights = "best"},
          Tested{.weights = "averaged",
                 .score = {0.5, 0.875, 40, measure::Errors{1, 2, 3}},
                 .test_time = TestTime{.options = "{ flip = true }",
                                       .views = 2,
                                       .images = 40,
                                       .augmented = 30,
                                       .passes = 1.75,
                                       .seconds = 3.5,
                                       .seconds_without = 2,
                                       .without = {0.625, 0.75, 40}}},
          Ended{.seconds = 31.5, .time = {1, 2, 3, 4, 5, 6}},
          Warned{.message = "looks wrong"}};
}

template <class T>
T read_as(const json& line) {
  return std::get<T>(from_json(line).value());
}

TEST(Events, AreReadAsTheyWereWritten) {
  for (const auto& event : all_events()) {
    const auto line = to_json(event);
    const auto found = from_json(json::parse(line.dump()));
    ASSERT_TRUE(found.has_value()) << line;
    EXPECT_EQ(found->index(), event.index()) << line;
    EXPECT_EQ(to_json(*found), line);
  }
  EXPECT_EQ(all_events().size(), std::variant_size_v<Event>);
}

TEST(Events, ALinearProbeIsASentence) {
  LinearProbed probed{.images = 1800,
                      .features = 1280,
                      .iterations = 1000,
                      .converged = true,
                      .split = "validation",
                      .accuracy = 0.971,
                      .count = 200,
                      .seconds = 12};
  EXPECT_EQ(to_text(probed),
            "Linear probe on 1,800 images with 1,280 features: 97.10% of 200 validation images, in "
            "12.0 s");
  probed.converged = false;
  probed.split = "train";
  EXPECT_EQ(to_text(probed),
            "Linear probe on 1,800 images with 1,280 features: 97.10% of 200 training images, in "
            "12.0 s; the fit was ended after 1000 iterations");
}

TEST(Events, HaveAStepWhereTheirLineHasOne) {
  for (const auto& event : all_events()) {
    const auto line = to_json(event);
    EXPECT_EQ(step_of(event), line.contains("step")
                                  ? std::optional(line.at("step").get<std::int64_t>())
                                  : std::nullopt)
        << line;
  }
}

TEST(Events, AreTheLinesThatTheDocumentationNames) {
  std::vector<std::string> kinds;
  for (const auto& event : all_events()) kinds.push_back(to_json(event).at("event"));
  EXPECT_EQ(kinds,
            (std::vector<std::string>{"start", "linear_probe", "step", "norms", "epoch", "left_out",
                                      "skipped_image", "early_stop", "test", "end", "warning"}));
  EXPECT_EQ(to_json(Tested{.weights = "averaged", .score = {0.5, 0.875, 40}}),
            (json{{"event", "test"},
                  {"weights", "averaged"},
                  {"loss", 0.5},
                  {"accuracy", 0.875},
                  {"count", 40}}));
  EXPECT_EQ(to_json(Evaluated{.epoch = 1,
                              .step = 2,
                              .seconds = 3.5,
                              .raw = {},
                              .averaged = Scores{.train = {0.5, 0.75, 10}, .validation = {}}}),
            (json{{"event", "epoch"},
                  {"epoch", 1},
                  {"step", 2},
                  {"seconds", 3.5},
                  {"averaged", {{"train", {{"loss", 0.5}, {"accuracy", 0.75}, {"count", 10}}}}}}));
}

TEST(Events, ANumberThatIsNotFiniteIsReadAsOne) {
  const auto line = json::parse(
      to_json(Stepped{.step = 3, .loss = std::numeric_limits<double>::infinity()}).dump());
  EXPECT_TRUE(line.at("loss").is_null());
  EXPECT_TRUE(std::isnan(read_as<Stepped>(line).loss));
  EXPECT_EQ(read_as<Stepped>(line).step, 3);
}

TEST(Events, WhatIsMissingOrOfAnotherTypeIsNothing) {
  const auto step = read_as<Stepped>({{"event", "step"}, {"step", "three"}, {"lr", {0.1}}});
  EXPECT_EQ(step.step, 0);
  EXPECT_TRUE(std::isnan(step.lr));
  EXPECT_TRUE(std::isnan(step.seconds));

  const auto start =
      read_as<Started>({{"event", "start"}, {"name", 7}, {"classes", {"cat", 7, "dog"}}});
  EXPECT_EQ(start.name, "");
  EXPECT_EQ(start.classes, (std::vector<std::string>{"cat", "", "dog"}));

  const auto epoch = read_as<Evaluated>({{"event", "epoch"}, {"raw", 1}});
  ASSERT_TRUE(epoch.raw.has_value());
  EXPECT_TRUE(std::isnan(epoch.raw->train.loss));
  EXPECT_FALSE(epoch.raw->validation.has_value());
  EXPECT_FALSE(epoch.averaged.has_value());

  EXPECT_TRUE(std::isnan(read_as<Ended>({{"event", "end"}}).time.forward));
  EXPECT_TRUE(read_as<Norms>({{"event", "norms"}, {"layers", {{"a", 1}}}}).layers.empty());
}

/// The words in code spans of a table's second column, in the row whose first column is `name`.
std::set<std::string> documented(const std::string& page, const std::string& name) {
  const auto start = "\n| `" + name + "` | ";
  const auto begin = page.find(start);
  if (begin == std::string::npos) return {};
  const auto column = page.substr(begin + start.size(),
                                  page.find(" |", begin + start.size()) - begin - start.size());
  std::set<std::string> words;
  for (std::size_t open = 0; (open = column.find('`', open)) != std::string::npos;) {
    const auto close = column.find('`', open + 1);
    words.insert(column.substr(open + 1, close - open - 1));
    open = close + 1;
  }
  return words;
}

TEST(Events, HaveTheKeysThatTheDocumentationNames) {
  const auto page = io::read_text(std::string(TEMPER_SOURCE_DIR) + "/docs/run-directory.md");
  for (const auto& event : all_events()) {
    const auto line = to_json(event);
    std::set<std::string> keys;
    for (const auto& [name, value] : line.items())
      if (name != "event") keys.insert(name);
    EXPECT_EQ(documented(page, line.at("event")), keys) << line;
  }
}

TEST(Events, KeysOfAnotherVersionAreIgnored) {
  for (const auto& event : all_events()) {
    auto line = to_json(event);
    line["of_a_newer_version"] = {{"loss", 1}};
    EXPECT_EQ(to_json(from_json(line).value()), to_json(event));
  }
}

TEST(Events, OfANewerVersionAreSkipped) {
  EXPECT_FALSE(from_json({{"event", "rewound"}, {"step", 1}}).has_value());
  EXPECT_FALSE(from_json({{"step", 1}}).has_value());
  EXPECT_FALSE(from_json({{"event", 1}}).has_value());
  EXPECT_FALSE(from_json(json()).has_value());
}

}  // namespace
}  // namespace temper::train
