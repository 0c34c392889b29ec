// A study whose trials are trained.
#include "temper/study/analysis/ablate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/stop_flag.h"
#include "tests/study/engine/small_study.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"

namespace temper::study {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
namespace fs = std::filesystem;

class Ablate : public ::testing::Test {
 protected:
  Study study(const std::string& keys = "", const std::string& of_row = "") const {
    return parse_study(fmt::format(R"(mode = "one_at_a_time"
seeds = 2
{}
[base]
epochs = 1
threads = 1
data.source = "{}"
data.batch_size = 16
data.validation = 0.25
data.num_workers = 1
model = {{ kind = "resnet", depth = 8, width = 4 }}
[[row]]
name = "decay"
set.optimizer.weight_decay = 0.01
{}
)",
                                   keys, data_, of_row),
                       "study.toml");
  }
  AblateOptions options(const fs::path& folder) const {
    return {.engine = {.folder = folder, .program = TEMPER_PROGRAM}};
  }
  static std::vector<double> values(const StudyTable& table) {
    std::vector<double> values;
    for (const auto& row : table.rows)
      for (const auto& point : row.points) values.push_back(point.value.value());
    return values;
  }

  train::small::Directory directory_;
  std::string data_ = small::write_data(directory_.path / "data");
};

TEST_F(Ablate, StoppedAfterEveryRunItGoesOnToTheSameTable) {
  const auto unbroken_folder = directory_.path / "unbroken";
  Store unbroken_store(unbroken_folder);
  const auto unbroken = ablate(study(), unbroken_store, options(unbroken_folder));
  EXPECT_TRUE(unbroken.complete);
  EXPECT_EQ(unbroken.column.key, "test.accuracy");
  ASSERT_THAT(values(unbroken), SizeIs(4));

  const auto folder = directory_.path / "stopped";
  std::size_t stops = 0;
  for (;; ++stops) {
    ASSERT_LE(stops, 4U);
    Store store(folder);
    StopFlag stop;
    auto stopping = options(folder);
    stopping.engine.stop = &stop;
    stopping.on_table = [&](const StudyTable& so_far) {
      EXPECT_EQ(so_far.column.key, "validation.accuracy");
      stop.set();
    };
    const auto preview_before = preview(study(), store, options(folder));
    EXPECT_THAT(preview_before.stand.next.trials, SizeIs(4 - stops));
    try {
      const auto table = ablate(study(), store, stopping);
      EXPECT_EQ(values(table), values(unbroken));
      break;
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), Code::stopped);
    }
  }
  EXPECT_GE(stops, 3U);

  const auto after = preview(study(), Store(folder), options(folder));
  EXPECT_TRUE(after.table.complete);
  EXPECT_THAT(after.stand.next.trials, IsEmpty());
  EXPECT_EQ(values(after.table), values(unbroken));
}

TEST_F(Ablate, WhatTheDataTellIsWrongIsFoundBeforeAnythingRuns) {
  const auto folder = directory_.path / "none";
  const auto refused = [&](const Study& study) {
    return temper::testing::refusal([&] { preview(study, Store(folder), options(folder)); });
  };
  EXPECT_EQ(refused(study("", "from_step = 3")), "(not refused)");
  EXPECT_THAT(refused(study("", "from_step = 400")),
              HasSubstr("row 1 'decay': from_step is 400, but the run has at most "));
  EXPECT_THAT(refused(study("tune = [\"model.depth\"]\ntune_grid.model.depth = [8, 9]")),
              HasSubstr("model.depth = 9 with stem cifar"));
  EXPECT_THAT(refused(study("", "set.model.depth = 9")),
              AllOf(HasSubstr("'decay': "), HasSubstr("model.depth = 9 with stem cifar")));
}

}  // namespace
}  // namespace temper::study
