#include "temper/report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "temper/core/error.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/format/json_keys.h"
#include "temper/measure/calibration.h"
#include "temper/measure/confusion.h"
#include "temper/measure/interval.h"
#include "temper/report/html.h"
#include "temper/report/number.h"
#include "tests/report/run_directory.h"

namespace temper::report {
namespace {

using fake::plotted;
using fake::render;
using ::testing::HasSubstr;
using ::testing::Not;

/// The page without scripts and style: the visible part.
std::string body(const std::string& page) {
  const auto begin = page.find("<main>");
  return page.substr(begin, page.find("</main>") - begin);
}

std::string complete(const fake::Directory& run, int classes = 12) {
  fake::log_start(run, fake::class_names(classes));
  fake::log_training(run);
  fake::log_test(run, classes);
  fake::write_recipe(run);
  return render(run);
}

TEST(Report, HasEverySectionWhenTheRunIsComplete) {
  const fake::Directory run;
  const auto page = complete(run);
  for (const char* id :
       {"learning", "mistakes", "classes", "calibration", "norms", "time", "reproduce"})
    EXPECT_THAT(page, HasSubstr("<section id=\"" + std::string(id) + "\">"));
  EXPECT_THAT(page, Not(HasSubstr("class=\"notices\"")));
  EXPECT_THAT(page, HasSubstr("00c0ffee"));
  EXPECT_THAT(page, HasSubstr("temper train &#39;it&#39;\\&#39;&#39;s.toml&#39;"));
  EXPECT_THAT(page, HasSubstr("<dt>Seed</dt><dd>42</dd>"));
}

TEST(Report, ARecipeThatIsDamagedHasNoSeed) {
  const fake::Directory run;
  (void)complete(run);
  std::string deep = "a";
  for (int i = 0; i < 100000; ++i) deep += ".a";
  for (const auto& text : {std::string("[!"), std::string("seed = \"7\""), deep}) {
    std::ofstream(run.path / "recipe.toml") << text;
    EXPECT_THAT(render(run), Not(HasSubstr("<dt>Seed</dt>")));
  }
}

TEST(Report, FetchesNothing) {
  const fake::Directory run;
  const auto page = complete(run);
  const std::regex reference(
      R"re((src|href|action|data)\s*=\s*["'](?!data:|#)|@import|url\(|<link|<base|<iframe)re",
      std::regex::icase);
  std::string markup = page;
  for (auto open = markup.find("<script>"); open != std::string::npos;
       open = markup.find("<script>", open + 1))
    markup.erase(open, markup.find("</script>", open) - open);
  EXPECT_FALSE(std::regex_search(markup, reference));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(Report, ClassNamesThatAreMarkupStayNames) {
  const fake::Directory run;
  const std::vector<std::string> hostile = {"<script>alert(1)</script>",
                                            "\"><img src=x onerror=alert(1)>", "</script><!--",
                                            "a&b", "{{plots}}"};
  fake::log_start(run, hostile);
  fake::log_training(run);
  fake::log_test(run, 5);
  run.write("recipe.toml", "name = \"x\" # </pre><script>alert(1)</script>\n");
  run.write("environment.json", R"({"cpu":"<em>","<s>":"</table>","command":["temper","<u>"]})");
  const auto page = render(run);
  EXPECT_THAT(body(page), Not(HasSubstr("<script")));
  EXPECT_THAT(body(page), Not(HasSubstr("onerror=alert(1)>\"")));
  EXPECT_THAT(body(page), Not(HasSubstr("<img src")));
  EXPECT_THAT(body(page), Not(HasSubstr("<!--")));
  EXPECT_THAT(body(page), Not(HasSubstr("<em>")));
  EXPECT_THAT(body(page), Not(HasSubstr("<s>")));
  EXPECT_THAT(body(page), Not(HasSubstr("<u>")));
  EXPECT_THAT(body(page), HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_THAT(body(page), HasSubstr("{{plots}}"));
}

TEST(Report, ControlCharactersInNamesAreShown) {
  const fake::Directory run;
  auto names = fake::class_names(12);
  names[0] = "a\x1b[2J\x7F\xC2\x9B";
  names[1] = "b\x01\nz";
  fake::log_start(run, names);
  fake::log_test(run, 12);
  const auto page = render(run);
  for (const char* control : {"\x1b", "\x7F", "\xC2\x9B", "\x01"})
    EXPECT_THAT(page, Not(HasSubstr(control)));
  EXPECT_THAT(body(page), HasSubstr("a\\x1b[2J\\x7f\\u009b</span>"));
  EXPECT_THAT(body(page), HasSubstr("b\\x01\nz</span>"));
}

// NOLINTBEGIN(misc-misleading-bidirectional): the subject of the test
TEST(Report, ADirectionThatAClassNameSetsEndsWithIt) {
  const fake::Directory run;
  auto names = fake::class_names(12);
  names[0] = "\u202egnorw";
  fake::log_start(run, names);
  fake::log_test(run, 12);
  const auto page = render(run);
  EXPECT_THAT(page, HasSubstr("\u2068\u202egnorw\u2069 predicted as \u2068name-"));
  EXPECT_THAT(page,
              HasSubstr("<span class=\"name label\" title=\"\u202egnorw\">\u202egnorw</span>"));
}
// NOLINTEND(misc-misleading-bidirectional)

TEST(Report, NumbersOnThePageAreThoseOfMeasure) {
  const fake::Directory run;
  fake::log_start(run, fake::class_names(12));
  fake::log_training(run);
  const auto test = fake::log_test(run, 12);
  const auto page = render(run);
  const auto hits = measure::top_k_hits(test.logits, test.labels);
  const auto interval = measure::wilson(hits, 200);
  const auto bins = measure::reliability(test.logits, test.labels);
  const auto confusion = measure::confusion_matrix(test.logits, test.labels);
  EXPECT_THAT(page,
              HasSubstr("<p class=\"big\">" + percent_text(static_cast<double>(hits) / 200, 200)));
  EXPECT_THAT(page, HasSubstr(interval_text(interval, 200)));
  EXPECT_THAT(page, HasSubstr(percent_text(measure::expected_calibration_error(bins), 200)));
  const auto plots = plotted(page);
  ASSERT_EQ(plots["bins"].size(), bins.size());
  for (std::size_t i = 0; i < bins.size(); ++i) {
    EXPECT_EQ(plots["bins"][i]["count"].get<std::int64_t>(), bins[i].count);
    EXPECT_DOUBLE_EQ(plots["bins"][i]["accuracy"].get<double>(), bins[i].accuracy);
    EXPECT_DOUBLE_EQ(plots["bins"][i]["confidence"].get<double>(), bins[i].confidence);
  }
  // Every cell of the matrix, row by row.
  const auto begin = page.find("<table class=\"matrix\">");
  const auto table = page.substr(begin, page.find("</table>", begin) - begin);
  const std::regex cell(R"re(<td[^>]*>(\d+)</td>)re");
  std::int64_t i = 0;
  for (std::sregex_iterator it(table.begin(), table.end(), cell), end; it != end; ++it, ++i)
    EXPECT_EQ(std::stoll((*it)[1]), confusion.const_data_ptr<std::int64_t>()[i]);
  EXPECT_EQ(i, 144);
}

TEST(Report, CurvesAreTheLogs) {
  const fake::Directory run;
  const auto plots = plotted(complete(run));
  ASSERT_EQ(plots["averaged"]["validation"].size(), 2U);
  EXPECT_EQ(plots["averaged"]["train"][1]["loss"], 0.4);
  EXPECT_EQ(plots["raw"]["validation"][0]["accuracy"], 0.7);
  EXPECT_EQ(plots["running"].size(), 20U);
  EXPECT_EQ(plots["weights"], "averaged");
}

TEST(Report, ShowsThePicturesOfTheMistakesAsTheyAre) {
  const fake::Directory run;
  fake::log_start(run, fake::class_names(12));
  const auto test = fake::log_test(run, 12, 200, 3);
  const auto page = render(run);
  const auto wrong = measure::most_confident_mistakes(test.logits, test.labels, 24);
  ASSERT_FALSE(wrong.empty());
  const io::Image grey{8, 8, 3, std::vector<std::uint8_t>(192, 99)};
  EXPECT_THAT(page,
              HasSubstr("src=\"data:image/png;base64," + base64(io::encode_png(grey)) + "\""));
  EXPECT_THAT(page, HasSubstr("image " + count_text(1000 + wrong[0].row) + "<"));
  EXPECT_THAT(page, HasSubstr(percent_text(wrong[0].confidence, 1) + " · image " +
                              count_text(1000 + wrong[0].row)));
}

TEST(Report, OfAKilledRunSaysHowFarItCame) {
  const fake::Directory run;
  fake::log_start(run, fake::class_names(3));
  fake::log_training(run, 1);
  std::ofstream(run.path / "metrics.jsonl", std::ios::app) << R"({"event":"step","st)";
  const auto page = render(run);
  EXPECT_THAT(page, HasSubstr("step 10 of 20"));
  EXPECT_THAT(page, HasSubstr("validation accuracy"));
  EXPECT_THAT(page, Not(HasSubstr("test accuracy")));
  const auto s = summary(run.path);
  EXPECT_FALSE(s.finished);
  EXPECT_EQ(s.epochs_done, 1);
  EXPECT_DOUBLE_EQ(s.seconds, 15);
  ASSERT_TRUE(s.evaluation);
  EXPECT_EQ(s.evaluation->split, "validation");
  EXPECT_EQ(s.evaluation->weights, "averaged");
  EXPECT_DOUBLE_EQ(s.evaluation->score.accuracy, 0.81);
  EXPECT_TRUE(s.evaluation->classes.empty()) << "there are no test predictions";
}

TEST(Report, OfARunThatHasOnlyItsRecipeIsAPage) {
  const fake::Directory run;
  fake::write_recipe(run);
  const auto page = render(run);
  EXPECT_THAT(page, HasSubstr("Nothing has been measured yet"));
  EXPECT_THAT(page, HasSubstr("a run"));
  EXPECT_FALSE(summary(run.path).evaluation);
  EXPECT_FALSE(to_json(summary(run.path)).contains("evaluation"));
}

TEST(Report, WithoutAveragingValidationOrNormsLeavesThoseOut) {
  const fake::Directory run;
  fake::log_start(run, fake::class_names(3));
  run.log({{"event", "epoch"},
           {"epoch", 1},
           {"step", 10},
           {"seconds", 15.0},
           {"raw", {{"train", fake::score(0.5, 0.8, 100)}}}});
  const auto page = render(run);
  EXPECT_THAT(body(page), HasSubstr("training accuracy"));
  EXPECT_THAT(body(page), Not(HasSubstr("Averaged weights")));
  EXPECT_THAT(body(page), Not(HasSubstr("Generalization gap")));
  EXPECT_THAT(body(page), Not(HasSubstr("id=\"norms\"")));
}

TEST(Report, NumbersThatAreNotFiniteDoNotStopIt) {
  const fake::Directory run;
  fake::log_start(run, fake::class_names(3));
  run.log({{"event", "step"}, {"step", 1}, {"epoch", 0.1}, {"loss", nullptr}, {"lr", 0.1}});
  run.log({{"event", "epoch"},
           {"epoch", 1},
           {"step", 10},
           {"raw", {{"train", {{"loss", nullptr}, {"accuracy", 0.1}, {"count", 10}}}}}});
  EXPECT_THAT(render(run), HasSubstr("not finite"));
}

TEST(Report, DamagedPredictionsCostOnlyWhatTheyHold) {
  const fake::Directory run;
  complete(run);
  run.write("predictions.safetensors", "short");
  const auto page = render(run);
  EXPECT_THAT(page, HasSubstr("<strong>Not shown:</strong>"));
  EXPECT_THAT(page, HasSubstr("predictions.safetensors"));
  EXPECT_THAT(page, HasSubstr("<section id=\"learning\">"));
  EXPECT_THAT(page, Not(HasSubstr("<section id=\"mistakes\">")));
}

TEST(Report, PredictionsOfAnotherRunAreTold) {
  const fake::Directory run;
  complete(run);
  run.log(
      {{"event", "test"}, {"weights", "raw"}, {"loss", 1.0}, {"accuracy", 0.123}, {"count", 200}});
  EXPECT_THAT(render(run), HasSubstr("they are from different runs"));
}

TEST(Report, MistakesThatPointOutsideThePredictionsAreNotShown) {
  const fake::Directory run;
  complete(run);
  const auto pixels = at::empty({1, 8, 8, 1}, at::kByte).fill_(0);
  const auto rows = at::empty({1}, at::kLong).fill_(200);
  io::write_safetensors(run.path / "mistakes.safetensors",
                        std::vector{fake::view("images", io::Dtype::u8, pixels),
                                    fake::view("rows", io::Dtype::i64, rows)});
  EXPECT_THAT(render(run), HasSubstr("row 200 is out of range for 200 predictions"));
}

TEST(Report, OfManyClassesShowsTheMostConfusedAndSaysSo) {
  const fake::Directory run;
  const auto page = complete(run, 60);
  EXPECT_THAT(page, HasSubstr("Of 60 classes, the 20 with the most frequent confusions"));
  const auto begin = page.find("<table class=\"matrix\">");
  const auto table = page.substr(begin, page.find("</table>", begin) - begin);
  const std::regex row("<tr><th scope=\"row\"");
  EXPECT_EQ(std::distance(std::sregex_iterator(table.begin(), table.end(), row), {}), 20);
  EXPECT_THAT(page, HasSubstr("60 classes, lowest"));
}

TEST(Report, ReplacesAnOlderPageWhole) {
  const fake::Directory run;
  complete(run);
  const auto again = render(run);
  EXPECT_EQ(again, render(run));
  EXPECT_EQ(again.find("<!doctype html>"), 0U);
  EXPECT_EQ(std::distance(fake::fs::directory_iterator(run.path), {}), 8);
}

TEST(Report, WhereThereIsNoRunSaysSo) {
  const fake::Directory run;
  try {
    write_report(run.path);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::io);
    EXPECT_THAT(error.what(), HasSubstr("not a run directory"));
  }
}

TEST(Summary, IsTheTestAndTheGapOfTheSameWeights) {
  const fake::Directory run;
  complete(run);
  const auto s = summary(run.path);
  EXPECT_TRUE(s.finished);
  ASSERT_TRUE(s.evaluation && s.evaluation->gap);
  EXPECT_EQ(s.evaluation->split, "test");
  EXPECT_EQ(s.evaluation->weights, "averaged");
  EXPECT_EQ(s.evaluation->gap->epoch, 2);
  EXPECT_NEAR(s.evaluation->gap->loss, 0.1, 1e-12);
  EXPECT_NEAR(s.evaluation->gap->accuracy, 0.04, 1e-12);
  EXPECT_DOUBLE_EQ(s.seconds, 31.5);
  const auto json = to_json(s);
  EXPECT_EQ(json["evaluation"]["split"], "test");
  EXPECT_EQ(json["evaluation"]["weights"], "averaged");
  EXPECT_EQ(json["evaluation"]["count"], 200);
  EXPECT_EQ(json["fingerprint"], "00c0ffee");
  EXPECT_THAT(to_text(s), HasSubstr("test images, averaged weights"));
}

TEST(Summary, IsReadAsItWasWritten) {
  const fake::Directory run;
  complete(run);
  const auto json = to_json(summary(run.path));
  const auto found = io::exactly<Summary>(nlohmann::json::parse(json.dump()));
  ASSERT_TRUE(found && found->evaluation && found->evaluation->top_k) << json;
  EXPECT_EQ(to_json(*found), json);
  EXPECT_EQ(found->evaluation->score.count, 200);
}

TEST(Summary, ARunThatWentOnCountsWhatItRepeatsOnce) {
  const fake::Directory run;
  fake::log_start(run, fake::class_names(3));
  const nlohmann::json warning{{"event", "warning"}, {"message", "the data has changed"}};
  run.log(warning);
  fake::log_training(run, 1);
  fake::log_start(run, fake::class_names(3));
  run.log(warning);
  fake::log_training(run, 2);
  EXPECT_EQ(read_run(run.path).steps.size(), 20U);
  EXPECT_EQ(read_run(run.path).epochs.size(), 2U);
  EXPECT_EQ(read_run(run.path).warnings.size(), 1U);
}

TEST(Number, CarriesTheDigitsItHas) {
  EXPECT_EQ(count_text(258426), "258\u202f426");
  EXPECT_EQ(count_text(9999), "9999");
  EXPECT_EQ(count_text(-1234567), "\u22121\u202f234\u202f567");
  EXPECT_EQ(large_text(14230272), "14.2\u202fmillion");
  EXPECT_EQ(large_text(4089184256), "4.09\u202fbillion");
  EXPECT_EQ(percent_text(0.928, 10000), "92.80\u202f%");
  EXPECT_EQ(percent_text(0.928, 100), "92.8\u202f%");
  EXPECT_EQ(interval_text({0.9228, 0.9329}, 10000), "92.28 to 93.29\u202f%");
  EXPECT_EQ(significant_text(0.30719), "0.3072");
  EXPECT_EQ(significant_text(2.3025851), "2.303");
  EXPECT_EQ(significant_text(0.99999), "1.000");
  EXPECT_EQ(significant_text(-0.00012), "\u22121.200\u202f×\u202f10⁻⁴");
  EXPECT_EQ(significant_text(kMissing), "not finite");
  EXPECT_EQ(difference_text(-0.0312), "\u22120.0312");
  EXPECT_EQ(points_text(0.0196), "+1.96\u202fpoints");
  EXPECT_EQ(duration_text(3.14), "3.1\u202fs");
  EXPECT_EQ(duration_text(59.6), "1\u202fmin 00\u202fs");
  EXPECT_EQ(duration_text(415), "6\u202fmin 55\u202fs");
  EXPECT_EQ(duration_text(3720), "1\u202fh 02\u202fmin");
  EXPECT_EQ(large_text(31021952), "31.0\u202fmillion");
  EXPECT_EQ(counted(1, "image"), "1 image");
  EXPECT_EQ(counted(12000, "image"), "12\u202f000 images");
}

std::string encoded(std::string_view text) {
  return base64(std::as_bytes(std::span(text)));
}

TEST(Html, Base64IsThatOfTheStandard) {  // RFC 4648, section 10
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
}

TEST(Html, TextIsEscapedAndMarkupIsNot) {
  EXPECT_EQ(html("<p title=\"{}\">{}</p>", "\"'", html("<b>{}</b>", "<&>")).markup,
            "<p title=\"&quot;&#39;\"><b>&lt;&amp;&gt;</b></p>");
}

}  // namespace
}  // namespace temper::report
