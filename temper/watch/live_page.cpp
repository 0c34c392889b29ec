#include "temper/watch/live_page.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "temper/core/version.h"
#include "temper/io/disk/hash.h"
#include "temper/report/assets.h"
#include "temper/report/document.h"

namespace temper::watch {
namespace {

constexpr double kInterval = 1;  // seconds between two looks at the files
constexpr double kRest = 9;      // times what making a page took

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string version_of(std::string_view contents) {
  io::Hash hash;
  for (const auto part :
       {kVersion, std::string_view("\n"), kCommit, std::string_view("\n"), contents})
    hash.update(part);
  return hash.hex();
}

}  // namespace

LivePage::LivePage(Subject subject, Clock clock)
    : subject_(std::move(subject)), clock_(clock ? std::move(clock) : steady_seconds) {
  const auto from = clock_();
  make(subject_.stamp());
  rest(from);
}

std::shared_ptr<const Page> LivePage::now() {
  const auto from = clock_();
  if (from < next_) return page_;
  try {
    if (const auto stamp = subject_.stamp(); stamp != stamp_) make(stamp);
  } catch (const std::exception& error) {
    show(error.what());
  }
  rest(from);
  return page_;
}

void LivePage::make(const std::string& stamp) {
  const auto version = version_of(stamp);
  page_ = std::make_shared<const Page>(Page{version, subject_.html(version)});
  stamp_ = stamp;
}

void LivePage::show(const std::string& problem) {
  const auto version = version_of("problem: " + problem);
  page_ = std::make_shared<const Page>(Page{version, notice_page(subject_.name, problem, version)});
  stamp_.reset();
}

void LivePage::rest(double from) {
  const auto now = clock_();
  next_ = now + std::max(kInterval, kRest * (now - from));
}

std::string notice_page(const std::string& name, const std::string& text,
                        const std::string& version) {
  const report::Live live{.version = version, .text = "Nothing to show yet."};
  const auto contents = report::html(
      R"(<header><p class="kicker">temper watch</p><h1 class="name">{}</h1><p
        class="status">{}</p></header>)",
      name, text);
  return report::document(name, {report::assets::page_css}, contents, nlohmann::json::object(), {},
                          &live);
}

}  // namespace temper::watch
