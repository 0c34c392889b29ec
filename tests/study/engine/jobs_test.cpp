#include "temper/study/engine/jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/study/engine/progress.h"
#include "temper/study/engine/space.h"

namespace temper::study {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Trial trial(const std::string& fingerprint) {
  return {.recipe = {}, .fingerprint = fingerprint, .label = "trial " + fingerprint};
}

TEST(Jobs, EqualTrialsAreOneThatAsksForEverything) {
  auto plain = trial("a");
  auto tested = trial("a");
  tested.score_test = tested.keep = true;
  tested.measures = {.sensitivity = 50,
                     .clusters = {"x", "y", "z"},
                     .attacks = {{.method = "fgsm", .radius = 0.1, .images = 9},
                                 {.method = "pgd", .radius = 0.1, .steps = 3, .images = 9}}};
  const std::array trials{plain, trial("b"), tested};
  const auto jobs = jobs_of(trials);
  ASSERT_EQ(jobs.list.size(), 2U);
  EXPECT_THAT(jobs.of_trial, ElementsAre(0U, 1U, 0U));
  EXPECT_EQ(asked(jobs.list[0].trial),
            "test;sensitivity=50;clusters=x,y,z;fgsm=0.1,0,9;pgd=0.1,3,9");
  EXPECT_TRUE(jobs.list[0].trial.keep);
  EXPECT_EQ(asked(jobs.list[1].trial), "");
}

TEST(Jobs, TeachersAreFoundWhereverTheyAre) {
  auto student = trial("s");
  student.teachers = {"t"};
  const std::array trials{student, trial("t"), trial("x")};
  const auto jobs = jobs_of(trials);
  EXPECT_EQ(jobs.list[0].teacher, 1U);
  EXPECT_TRUE(jobs.list[1].teaches);
  EXPECT_FALSE(jobs.list[2].teacher);
  EXPECT_FALSE(jobs.list[2].teaches);
}

TEST(Jobs, EveryProcessBeginsWithItsShareAndLooksAtAll) {
  EXPECT_THAT(order_of(5, 1, 1), ElementsAre(0U, 1U, 2U, 3U, 4U));
  EXPECT_THAT(order_of(5, 1, 2), ElementsAre(0U, 2U, 4U, 1U, 3U));
  EXPECT_THAT(order_of(5, 2, 2), ElementsAre(1U, 3U, 0U, 2U, 4U));
  EXPECT_THAT(order_of(2, 3, 3), ElementsAre(0U, 1U));
}

TEST(Progress, TimeLeftIsSharedByTheWorkersAndNotLessThanTheLongestTrial) {
  EXPECT_DOUBLE_EQ(time_left(10, {}, 4, 2), 20);
  const std::array running{4.0, 7.0};
  EXPECT_DOUBLE_EQ(time_left(10, running, 0, 2), 6);
  EXPECT_DOUBLE_EQ(time_left(10, running, 3, 2), 19.5);
  const std::array late{25.0};
  EXPECT_DOUBLE_EQ(time_left(10, late, 0, 1), 0);
}

TEST(Space, IsThatOfTheLargestTrialsAtATimeAndOfThoseThatAreKept) {
  const std::vector<TrialSpace> trials{{100, 1}, {30, 1}, {200, 1}, {50, 1}};
  EXPECT_EQ(space_needed(trials, {false, false, false, false}, 1), 204U);
  EXPECT_EQ(space_needed(trials, {false, false, false, false}, 2), 304U);
  EXPECT_EQ(space_needed(trials, {false, true, true, false}, 1), 334U);
  EXPECT_EQ(space_needed(trials, {true, true, true, true}, 8), 384U);
}

TEST(Space, TooLittleIsRefused) {
  EXPECT_NO_THROW(require_space("runs", 10 << 20, 10 << 20));
  try {
    require_space("runs", (10 << 20) + 1, 10 << 20);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::io);
    EXPECT_THAT(error.what(), HasSubstr("up to 11 MiB, and the disk has 10 MiB left"));
  }
}

}  // namespace
}  // namespace temper::study
