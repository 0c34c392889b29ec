#include "temper/train/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/io/disk/hash.h"

namespace temper::train {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

/// With a value of its own in every member.
Manifest complete() {
  return {.step = 1,
          .fingerprint = "00c0ffee",
          .seconds = 0.1 + 0.2,
          .evaluated = true,
          .best_metric = BestMetric{"validation_loss", 0.25},
          .running_loss = {0.7, 13},
          .platform = {"cpu", 2, "AVX2", "2.11.0"},
          .origin = 3,
          .left_out = 4,
          .left_out_in_row = 5,
          .optimizer_steps = 6,
          .averages = {{"ema", 7}, {"swa", 8}},
          .plateaus = {{"optimizer.lr",
                        {.measure = schedule::PlateauMeasure::validation_accuracy,
                         .best = std::numeric_limits<double>::denorm_min(),
                         .bad = 8,
                         .cooldown_left = 9,
                         .reductions = 10}},
                       {"weight_decay", {}}},
          .stop = regularize::EarlyStoppingState{true, 0.5, 11, 12},
          .files = {{"model.safetensors", "abc"}, {"optimizer.safetensors", "def"}}};
}

Manifest empty() {
  return {.fingerprint = "", .best_metric = {}, .platform = {}};
}

/// The text of a changed manifest, with a checksum that fits it.
std::string sealed(json object) {
  object.erase("checksum");
  object["checksum"] = io::hash_hex(object.dump());
  return object.dump(2) + "\n";
}

void expect_refused(const std::string& text) {
  try {
    (void)parse_manifest(text, "the/manifest.json");
    ADD_FAILURE() << "accepted: " << text;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::data);
    EXPECT_THAT(error.what(), HasSubstr("the/manifest.json: damaged, or not a checkpoint's"));
  }
}

TEST(Manifest, IsReadAsItWasWritten) {
  for (const auto& manifest : {complete(), empty()}) {
    const auto text = to_text(manifest);
    EXPECT_EQ(to_text(parse_manifest(text, "m")), text);
  }
  const auto found = parse_manifest(to_text(complete()), "m");
  EXPECT_EQ(found.seconds, complete().seconds);
  EXPECT_EQ(found.plateaus, complete().plateaus);
  EXPECT_EQ(found.stop, complete().stop);
  EXPECT_EQ(found.files, complete().files);
  EXPECT_EQ(differences(found.platform, complete().platform), "");
}

TEST(Manifest, HasTheKeysOfItsFormat) {
  const auto object = json::parse(to_text(empty()));
  EXPECT_EQ(object,
            (json{{"format", 5},
                  {"step", 0},
                  {"fingerprint", ""},
                  {"seconds", 0.0},
                  {"evaluated", false},
                  {"best_metric", nullptr},
                  {"running_loss", {{"sum", 0.0}, {"steps", 0}}},
                  {"platform",
                   {{"device", ""}, {"threads", 0}, {"instruction_set", ""}, {"libtorch", ""}}},
                  {"origin", 0},
                  {"left_out", 0},
                  {"left_out_in_row", 0},
                  {"optimizer_steps", 0},
                  {"averages", json::array()},
                  {"plateaus", json::object()},
                  {"files", json::object()},
                  {"checksum", object.at("checksum")}}));
  EXPECT_EQ(json::parse(to_text(complete())).at("averages"),
            (json{{{"kind", "ema"}, {"updates", 7}}, {{"kind", "swa"}, {"updates", 8}}}));
  const auto plateau = json::parse(to_text(complete())).at("plateaus").at("weight_decay");
  EXPECT_EQ(plateau, (json{{"measure", "validation_loss"},
                           {"best", nullptr},
                           {"bad", 0},
                           {"cooldown_left", 0},
                           {"reductions", 0}}));
}

TEST(Manifest, WithAMissingOrUnknownKeyIsRefused) {
  const auto whole = json::parse(to_text(complete()));
  EXPECT_EQ(sealed(whole), to_text(complete()));
  for (const auto& [name, value] : whole.items()) {
    auto object = whole;
    object.erase(name);
    if (name == "stop") {  // a run without early stopping
      EXPECT_FALSE(parse_manifest(sealed(object), "m").stop);
    } else if (name != "checksum") {
      expect_refused(sealed(object));
    }
  }
  auto more = whole;
  more["of_a_newer_version"] = 1;
  expect_refused(sealed(more));
}

TEST(Manifest, WithAValueOfAnotherTypeOrMeaningIsRefused) {
  const auto whole = json::parse(to_text(complete()));
  const auto changed = [&](const char* path, const json& value) {
    auto object = whole;
    object[json::json_pointer(path)] = value;
    return sealed(object);
  };
  expect_refused(changed("/step", 1.0));
  expect_refused(changed("/step", -1));
  expect_refused(changed("/evaluated", 1));
  expect_refused(changed("/fingerprint", nullptr));
  expect_refused(changed("/platform", "cpu"));
  expect_refused(changed("/plateaus/optimizer.lr/measure", "validation_luck"));
  expect_refused(changed("/files/..~1model", "abc"));
}

TEST(Manifest, OfAnotherVersionIsNotDamaged) {
  auto object = json::parse(to_text(complete()));
  object["format"] = 2;
  try {
    parse_manifest(sealed(object), "m");
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_NE(std::string_view(error.what()).find("of format 2"), std::string_view::npos);
  }
}

TEST(Manifest, WhatIsNotOneIsRefused) {
  for (const auto* text : {"", "{}", "[]", "null", "{\"step\": 1", "7"}) expect_refused(text);
  auto text = to_text(complete());
  text[text.find("00c0ffee")] = '1';
  expect_refused(text);  // the checksum does not fit
  expect_refused(to_text(complete()) + "\n");
}

}  // namespace
}  // namespace temper::train
