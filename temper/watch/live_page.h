#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "temper/watch/page.h"

namespace temper::watch {

/// What a page is made of.
struct Subject {
  std::string name;  ///< for people
  /// Another text when the page may be another one. Takes microseconds.
  std::function<std::string()> stamp;
  /// The page, as HTML. Throws Error when it can't be made.
  /// @param version  of the page, for report::Live
  std::function<std::string(const std::string& version)> html;
};

/// The page of files that are being written. It is made when it is asked for, kept as long as they
/// do not change, and made at most once a second and in at most a tenth of the time, so that
/// training on the same machine is not slowed down.
class LivePage {
 public:
  using Clock = std::function<double()>;  ///< seconds, rising

  /// Makes the page for the first time, and throws what that throws.
  explicit LivePage(Subject subject, Clock clock = {});

  /// The page as it is now, or was up to a second ago. When it can't be made, a page that says so,
  /// and that is tried again.
  std::shared_ptr<const Page> now();

 private:
  void make(const std::string& stamp);
  void show(const std::string& problem);  ///< in place of the page
  void rest(double from);                 ///< after work that began then

  Subject subject_;
  Clock clock_;
  std::optional<std::string> stamp_ = {};  ///< of page_; none: it shows a problem
  std::shared_ptr<const Page> page_;
  double next_ = 0;  ///< earliest time of the next look at the files
};

/// A page that says what is the matter in place of what it is about, and reloads itself.
std::string notice_page(const std::string& name, const std::string& text,
                        const std::string& version);

}  // namespace temper::watch
