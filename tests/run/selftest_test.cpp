#include "temper/run/selftest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/train/small_run.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A program that writes a result as GoogleTest does: of its filter "good" or "bad", or none.
fs::path program_in(const fs::path& folder) {
  const auto path = folder / "temper-selftest";
  std::ofstream(path) << R"(#!/bin/sh
for word; do
  case $word in
    --gtest_output=json:*) out=${word#--gtest_output=json:} ;;
    --gtest_filter=*) filter=${word#--gtest_filter=} ;;
  esac
done
case $filter in
  good) more= ;;
  bad) more=',{"name":"Fails","result":"COMPLETED","failures":[{}]}' ;;
  *) exit 3 ;;
esac
cat >"$out" <<END
{"testsuites":[{"name":"On_$ATEN_CPU_CAPABILITY","testsuite":[
  {"name":"Passes","result":"COMPLETED"},{"name":"Skipped","result":"SKIPPED"}$more]}]}
END
)";
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

TEST(Selftest, CountsWhatPassesAndNamesWhatFails) {
  const train::small::Directory directory;
  std::vector<std::string> seen;
  const auto results = selftest(program_in(directory.path),
                                {{"one", "good"}, {"two", "bad", "avx2"}, {"three", "crashes"}},
                                [&](const SelftestResult& result) { seen.push_back(result.name); });
  EXPECT_THAT(seen, ElementsAre("one", "two", "three"));
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[0].passed, 1);
  EXPECT_THAT(results[0].failed, IsEmpty());
  EXPECT_TRUE(results[0].good());
  EXPECT_THAT(results[1].failed, ElementsAre("On_avx2.Fails"));
  EXPECT_FALSE(results[1].good());
  EXPECT_THAT(results[2].failed, ElementsAre("ended with status 3"));
  EXPECT_FALSE(results[2].good());
}

TEST(Selftest, ComparesNumbersFromScalarCodeOn) {
  const auto parts = selftest_parts();
  ASSERT_GE(parts.size(), 3U);
  EXPECT_EQ(parts.front().instruction_set, "default");
  EXPECT_EQ(parts[parts.size() - 2].name, "train, kill and resume");
}

}  // namespace
}  // namespace temper::run
