#include "temper/study/engine/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "temper/core/error.h"
#include "temper/study/engine/result_files.h"
#include "tests/train/small_run.h"

namespace temper::study {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using train::small::Directory;
namespace fs = std::filesystem;

Result result(const std::string& fingerprint, std::int64_t numerics = recipe::kNumerics) {
  return {.fingerprint = fingerprint,
          .numerics = numerics,
          .seed = 4,
          .outcome = kFinished,
          .label = "plain, seed 4",
          .measures = "test",
          .figures = {{"test.accuracy", 0.75}},
          .epochs =
              {{.epoch = 1, .seconds = 2, .train_loss = 3, .validation_loss = 4, .accuracy = 0.5}},
          .correct = {true, false, true, true}};
}

TEST(Store, FindsWhatWasAddedAlsoInAnotherProcess) {
  const Directory folder;
  Store store(folder.path);
  EXPECT_FALSE(store.find("ab"));
  store.add(result("ab"));
  EXPECT_EQ(store.find("ab"), result("ab"));
  EXPECT_EQ(Store(folder.path).find("ab"), result("ab"));
  EXPECT_FALSE(store.find("cd"));
}

TEST(Store, TakesUpWhatOthersHaveAdded) {
  const Directory folder;
  Store one(folder.path), other(folder.path);
  one.add(result("ab"));
  EXPECT_FALSE(other.find("ab"));
  other.refresh();
  EXPECT_TRUE(other.find("ab"));
  one.add(result("cd"));
  other.add(result("ef"));  // without a refresh before
  EXPECT_TRUE(other.find("cd"));
  const Store all(folder.path);
  for (const char* fingerprint : {"ab", "cd", "ef"}) EXPECT_TRUE(all.find(fingerprint));
}

TEST(Store, AResultReplacesThatOfItsTrial) {
  const Directory folder;
  Store store(folder.path);
  store.add(result("ab"));
  auto later = result("ab");
  later.figures = {{"test.accuracy", 0.5}, {"seconds", std::nan("")}};
  store.add(later);
  later.figures.erase("seconds");
  EXPECT_EQ(store.find("ab"), later);
  EXPECT_EQ(Store(folder.path).find("ab"), later);
}

TEST(Store, AResultKeepsWhatAnotherStudyMeasured) {
  const Directory folder;
  Store store(folder.path);
  auto first = result("ab");
  first.measures = "sensitivity=200;test";
  first.figures["sensitivity.mean"] = 3;
  store.add(first);
  auto second = result("ab");
  second.measures = "pgd=0.03,10,1000;test";
  second.figures["test.pgd.accuracy"] = 0.25;
  store.add(second);
  const auto found = store.find("ab").value();
  EXPECT_EQ(found.measures, "pgd=0.03,10,1000;sensitivity=200;test");
  EXPECT_EQ(found.figures.size(), 3U);
  second.measures = "sensitivity=500;test";
  second.figures = {{"sensitivity.mean", 4}};
  store.add(second);
  EXPECT_EQ(store.find("ab")->measures, "pgd=0.03,10,1000;sensitivity=500;test");
  EXPECT_EQ(store.find("ab")->figures.at("sensitivity.mean"), 4);
}

TEST(Store, RowsOfAnOlderNumericsVersionAreKeptAndNoAnswer) {
  const Directory folder;
  Store store(folder.path);
  store.add(result("ab", recipe::kNumerics - 1));
  EXPECT_FALSE(store.find("ab"));
  EXPECT_TRUE(store.find("ab", recipe::kNumerics - 1));
  store.add(result("ab"));
  const Store again(folder.path);
  EXPECT_TRUE(again.find("ab"));
  EXPECT_THAT(again.older(), ElementsAre(Field(&Result::numerics, recipe::kNumerics - 1)));
  EXPECT_EQ(again.find("ab", recipe::kNumerics - 1)->correct.size(), 4U);
}

TEST(Store, GoesOnFromTheTableAlone) {
  const Directory folder;
  Store(folder.path).add(result("ab"));
  fs::remove_all(folder.path / "curves");
  fs::remove_all(folder.path / "correct");
  const auto found = Store(folder.path).find("ab");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->figures, result("ab").figures);
  EXPECT_THAT(found->epochs, IsEmpty());
  EXPECT_THAT(found->correct, IsEmpty());
}

TEST(Store, OfTwoMergedRowsThatWithMoreFiguresCounts) {
  const Directory folder;
  auto tuned = result("ab");
  tuned.figures = {{"validation.accuracy", 0.25}};
  auto tested = tuned;
  tested.figures["test.accuracy"] = 0.5;
  for (const auto& rows : {std::vector{tuned, tested}, std::vector{tested, tuned}}) {
    std::ofstream(folder.path / "results.csv") << results_text(rows);
    EXPECT_EQ(Store(folder.path).row("ab")->figures.size(), 2U);
  }
}

TEST(Store, BeginsWithAnEmptyTableAndKeepsAnOldOne) {
  const Directory folder;
  Store store(folder.path / "new");
  store.begin();
  EXPECT_TRUE(fs::exists(folder.path / "new" / "results.csv"));
  store.add(result("ab"));
  Store(folder.path / "new").begin();
  EXPECT_TRUE(Store(folder.path / "new").find("ab"));
}

TEST(Store, LeavesAloneWhatOtherProcessesAreWriting) {
  const Directory folder;
  Store store(folder.path);
  // The page of a study, which another process is about to rename, and what was left of the table.
  const auto page = folder.path / ".study.html.1.0.temper-tmp";
  const auto table = folder.path / ".results.csv.1.0.temper-tmp";
  for (const auto& path : {page, table}) std::ofstream(path) << "half";
  store.begin();
  EXPECT_TRUE(fs::exists(page));
  EXPECT_FALSE(fs::exists(table));
  std::ofstream(table) << "half";
  store.add(result("ab"));
  EXPECT_TRUE(fs::exists(page));
  EXPECT_FALSE(fs::exists(table));
}

TEST(Store, ADamagedTableIsRefusedWithItsLine) {
  const Directory folder;
  Store(folder.path).add(result("ab"));
  std::ofstream(folder.path / "results.csv", std::ios::app) << "half a row\n";
  try {
    const Store store(folder.path);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::data);
    EXPECT_THAT(error.what(), HasSubstr("results.csv:3"));
  }
}

}  // namespace
}  // namespace temper::study
