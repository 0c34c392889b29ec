#include "temper/core/duration.h"

#include <gtest/gtest.h>

#include "temper/core/error.h"
#include "temper/core/grouped.h"

namespace temper {
namespace {

TEST(Duration, IsParsedFromSecondsUnitsAndClocks) {
  EXPECT_EQ(parse_duration("90"), 90);
  EXPECT_EQ(parse_duration("0.5s"), 0.5);
  EXPECT_EQ(parse_duration("15m"), 900);
  EXPECT_EQ(parse_duration("2h30m"), 9000);
  EXPECT_EQ(parse_duration("1h1m1s"), 3661);
  EXPECT_EQ(parse_duration("1:30"), 90) << "minutes and seconds";
  EXPECT_EQ(parse_duration("1:30:05"), 5405);
  for (const auto* text : {"", "soon", "0", "-5", "5d", "1:3", "30m2h", "1e3"})
    EXPECT_THROW((void)parse_duration(text), Error) << text;
}

TEST(Duration, IsShownAsAClock) {
  EXPECT_EQ(clock_text(0.4), "0:00");
  EXPECT_EQ(clock_text(83), "1:23");
  EXPECT_EQ(clock_text(3599.6), "1:00:00");
  EXPECT_EQ(clock_text(7507), "2:05:07");
  EXPECT_EQ(clock_text(-1), "0:00");
}

TEST(Grouped, SeparatesThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(-999), "-999");
  EXPECT_EQ(grouped(-1000), "-1,000");
}

}  // namespace
}  // namespace temper
