// The model card that a report of a finished run writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "temper/io/disk/read_file.h"
#include "tests/report/run_directory.h"

namespace temper::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string card_of(const fake::Directory& run) {
  (void)write_report(run.path);
  const auto file = run.path / "MODEL_CARD.md";
  return std::filesystem::exists(file) ? io::read_text(file) : "(no card)";
}

TEST(ModelCard, HasFiguresWithIntervalsDataAndRecipe) {
  const fake::Directory run;
  fake::log_start(run, fake::class_names(12));
  fake::log_training(run);
  fake::log_test(run, 12);
  fake::write_recipe(run);
  const auto card = card_of(run);
  EXPECT_THAT(card, HasSubstr("# trial\n"));
  EXPECT_THAT(card, HasSubstr("one of 12 classes: name-0, name-1"));
  EXPECT_THAT(card, HasSubstr("| accuracy |"));
  EXPECT_THAT(card, HasSubstr("| top-5 accuracy |"));
  EXPECT_THAT(card, HasSubstr("expected calibration error"));
  EXPECT_THAT(card, HasSubstr("lowest recall is name-"));
  EXPECT_THAT(card, HasSubstr("900 training images, 100 for validation, 200 for the test."));
  EXPECT_THAT(card, HasSubstr("`00c0ffee`"));
  EXPECT_THAT(card, HasSubstr("```toml\n"));
}

TEST(ModelCard, TextOfAClassIsText) {
  const fake::Directory run;
  fake::log_start(run, {"a|b", "<script>", "`c`\n# d"});
  fake::log_training(run);
  fake::log_test(run, 3);
  const auto card = card_of(run);
  EXPECT_THAT(card, HasSubstr("a\\|b, \\<script\\>, \\`c\\`"));
  EXPECT_THAT(card, Not(HasSubstr("\n# d")));
}

TEST(ModelCard, OfItsAuthorIsKept) {
  const fake::Directory run;
  fake::log_start(run, fake::class_names(3));
  fake::log_training(run);
  fake::log_test(run, 3);
  run.write("MODEL_CARD.md", "mine\n");
  EXPECT_EQ(card_of(run), "mine\n");
}

TEST(ModelCard, IsOfFinishedRunsAlone) {
  const fake::Directory run;
  fake::log_start(run, fake::class_names(3));
  fake::log_training(run, /*epochs=*/1);
  EXPECT_EQ(card_of(run), "(no card)");
}

}  // namespace
}  // namespace temper::report
