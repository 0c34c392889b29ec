#include "temper/study/definition/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "temper/core/error.h"

namespace temper::study {
namespace {

TEST(Metrics, HaveNamesOfTheirOwnAndTitles) {
  std::set<std::string_view> names;
  for (const auto& metric : metrics()) {
    EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
    EXPECT_FALSE(metric.title.empty()) << metric.name;
    EXPECT_FALSE(metric.for_classes && metric.for_values) << metric.name;
    EXPECT_EQ(metric.unit == "points", metric.scale == 100) << metric.name;
  }
  EXPECT_EQ(metrics().front().name, "accuracy") << "the default";
}

TEST(Metrics, AKeyHasTheSplitOfItsNameOrTheOneAskedFor) {
  EXPECT_EQ(metric_key("accuracy", "test"), "test.accuracy");
  EXPECT_EQ(metric_key("validation.accuracy", "test"), "validation.accuracy");
  EXPECT_EQ(metric_key("seconds", "test"), "seconds");
  EXPECT_EQ(metric_key("r2", "validation"), "validation.r2");
  EXPECT_EQ(metric_of("test.loss").name, "loss");
  EXPECT_FALSE(metric_of("loss").higher_is_better);
}

TEST(Metrics, RefusesOthers) {
  EXPECT_THROW(metric_of("speed"), Error);
  EXPECT_THROW(metric_of("test.seconds"), Error);
  EXPECT_THROW(metric_of("train.accuracy"), Error);
  EXPECT_THROW(metric_of(""), Error);
}

}  // namespace
}  // namespace temper::study
