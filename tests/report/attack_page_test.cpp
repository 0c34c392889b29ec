// The table and the page of an evaluation under an attack.
#include "temper/report/attack_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "temper/io/disk/read_file.h"
#include "temper/report/attack_text.h"
#include "tests/report/run_directory.h"

namespace temper::report {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

evaluate::AttackTable table() {
  evaluate::AttackTable result{.split = "test",
                               .weights = "averaged",
                               .loss = adversarial::AttackLoss::cross_entropy,
                               .steps = 20,
                               .random_start = true,
                               .restarts = 2,
                               .size = {28, 28},
                               .count = 1000,
                               .clean_correct = 800,
                               .clean_accuracy = 0.8,
                               .clean_interval = {0.774, 0.824}};
  result.rows.push_back({.radius = 2.0 / 255,
                         .correct = 600,
                         .fooled = 200,
                         .accuracy = 0.6,
                         .interval = {0.57, 0.63}});
  result.rows.push_back({.radius = 0.5, .correct = 0, .fooled = 800, .interval = {0, 0.004}});
  result.shown_radius = 0.5;
  return result;
}

evaluate::AttackTable with_example() {
  auto result = table();
  result.examples.push_back({.image = {2, 2, 1, {1, 2, 3, 4}},
                             .attacked = {2, 2, 1, {4, 3, 2, 1}},
                             .perturbation = {2, 2, 1, {255, 0, 128, 128}},
                             .enlarged = 15.94,
                             .label = "<coat>",
                             .predicted = "shirt"});
  return result;
}

TEST(AttackText, NamesRadiiAsTheyAreGiven) {
  EXPECT_EQ(radius_text(8.0 / 255), "8/255");
  EXPECT_EQ(radius_text(0.5), "0.5");
  EXPECT_EQ(radius_text(1), "1");
  EXPECT_EQ(radius_text(0.001), "0.001");
}

TEST(AttackText, HasALineForARadius) {
  const auto head = attack_head();
  const auto line = attack_line(table().rows[0]);
  EXPECT_EQ(head.size(), line.size());
  EXPECT_THAT(line, AllOf(HasSubstr("2/255 "), HasSubstr(" 60.00 "), HasSubstr(" 57.00 to 63.00 "),
                          HasSubstr(" 200\n")));
}

TEST(AttackText, SaysWhatTheAttackIs) {
  EXPECT_THAT(
      attack_summary(table()),
      AllOf(HasSubstr("test accuracy without attack 80.00% (77.40 to 82.40), over 1,000"),
            HasSubstr("pgd in the norm linf, 20 steps of 2.5 * radius / steps, random start, "
                      "cross-entropy, 2 attempts, seed 1"),
            HasSubstr("28 x 28 pixels")));
  auto other = table();
  other.step_size = 2.0 / 255;
  other.random_start = false;
  EXPECT_THAT(attack_method(other), HasSubstr("20 steps of 2/255, no random start"));
  other.method = adversarial::Method::fgsm;
  other.steps.reset();
  EXPECT_THAT(attack_method(other), HasSubstr("fgsm in the norm linf, cross-entropy"));
}

TEST(AttackPage, HasAllSections) {
  const auto page = attack_page(with_example(), "my <run>");
  for (const auto* id : {"accuracies", "images", "method"})
    EXPECT_THAT(page, HasSubstr(std::string("<section id=\"") + id + "\""));
  EXPECT_THAT(page, AllOf(HasSubstr("my &lt;run&gt;"), HasSubstr("2/255"),
                          HasSubstr(R"(style="--ink:0.25")"),  // 0.6 of 0.8
                          HasSubstr("&lt;coat&gt;"), HasSubstr("enlarged 15.9 times"),
                          Not(HasSubstr("{{")), Not(HasSubstr("src=\"http"))));
  EXPECT_THAT(attack_page(table(), "run"), HasSubstr("fooled no"));
}

TEST(AttackPage, IsWrittenIntoTheRunWithItsNumbers) {
  const fake::Directory run;
  const auto path = write_attack(run.path, table());
  EXPECT_EQ(path, run.path / "attack.html");
  const auto json = nlohmann::json::parse(io::read_text(run.path / "attack.json"));
  EXPECT_EQ(json["radii"][0]["accuracy"], 0.6);
  EXPECT_EQ(json["radii"][0]["accuracy_interval"]["low"], 0.57);
  EXPECT_EQ(json["accuracy"], 0.8);
  EXPECT_EQ(json["restarts"], 2);
}

}  // namespace
}  // namespace temper::report
