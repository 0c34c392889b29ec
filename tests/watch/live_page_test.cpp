#include "temper/watch/live_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "temper/core/error.h"

namespace temper::watch {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Files that a test changes, and a clock that it sets.
struct Files {
  std::string contents = "first";
  double seconds = 100;
  double work = 0;  ///< seconds that making a page takes
  int looked = 0;
  int made = 0;
  bool damaged = false;

  Subject subject() {
    return {.name = "a run",
            .stamp =
                [this] {
                  ++looked;
                  return contents;
                },
            .html =
                [this](const std::string& version) {
                  ++made;
                  seconds += work;
                  if (damaged) throw Error(Code::data, "line 7 is <damaged>");
                  return contents + " " + version;
                }};
  }
  LivePage page() {
    return LivePage(subject(), [this] { return seconds; });
  }
};

TEST(LivePage, IsMadeWhenTheFilesChangeAndAtMostOnceASecond) {
  Files files;
  auto page = files.page();
  const auto first = page.now();
  EXPECT_EQ(first->html, "first " + first->version);
  files.contents = "second";
  files.seconds += 0.9;
  EXPECT_EQ(page.now(), first);
  EXPECT_EQ(files.looked, 1);
  files.seconds += 0.2;
  const auto second = page.now();
  EXPECT_EQ(second->html, "second " + second->version);
  EXPECT_NE(second->version, first->version);
  for (int i = 0; i < 1000; ++i) {
    files.seconds += 0.01;
    EXPECT_EQ(page.now(), second);
  }
  EXPECT_EQ(files.made, 2);
  EXPECT_LE(files.looked, 13);
  // Equal contents have equal versions, in every process.
  EXPECT_EQ(Files().page().now()->version, first->version);
}

TEST(LivePage, TakesATenthOfTheTimeAtMost) {
  Files files;
  files.work = 2;
  auto page = files.page();
  files.contents = "second";
  files.seconds += 17.9;
  page.now();
  EXPECT_EQ(files.made, 1);
  files.seconds += 0.2;
  page.now();
  EXPECT_EQ(files.made, 2);
}

TEST(LivePage, SaysWhatIsWrongAndTriesAgain) {
  Files files;
  auto page = files.page();
  const auto first = page.now();
  files.contents = "second";
  files.damaged = true;
  files.seconds += 2;
  const auto problem = page.now();
  EXPECT_THAT(problem->html, HasSubstr("line 7 is &lt;damaged&gt;"));
  EXPECT_THAT(problem->html, HasSubstr(problem->version));
  EXPECT_THAT(problem->html, HasSubstr("connect-src 'self'"));
  EXPECT_NE(problem->version, first->version);
  files.seconds += 2;
  EXPECT_EQ(page.now()->version, problem->version);  // so that nothing is loaded again
  EXPECT_EQ(files.made, 3);
  files.damaged = false;  // without another stamp
  files.seconds += 2;
  EXPECT_EQ(page.now()->html, "second " + page.now()->version);
}

TEST(LivePage, AnErrorAtTheBeginningIsThrown) {
  Files files;
  files.damaged = true;
  EXPECT_THROW(files.page(), Error);
}

TEST(NoticePage, EscapesTextAndReloadsItself) {
  const auto page = notice_page("<b>", "not & there", "c0ffee");
  EXPECT_THAT(page, HasSubstr("&lt;b&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<b>")));
  EXPECT_THAT(page, HasSubstr("not &amp; there"));
  EXPECT_THAT(page, HasSubstr("data-version=\"c0ffee\""));
  EXPECT_THAT(page, HasSubstr("location.reload()"));
}

}  // namespace
}  // namespace temper::watch
