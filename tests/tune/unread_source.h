#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/data/sources/source.h"

namespace temper::tune {

/// A set of images of which none may be read.
class UnreadSource : public data::Source {
 public:
  explicit UnreadSource(std::shared_ptr<const data::Source> like) : like_(std::move(like)) {}

  [[nodiscard]] std::int64_t size() const override { return like_->size(); }
  [[nodiscard]] const std::vector<std::string>& classes() const override {
    return like_->classes();
  }
  [[nodiscard]] std::int64_t label(std::int64_t i) const override { return like_->label(i); }
  [[nodiscard]] int channels() const override { return like_->channels(); }
  void read(std::int64_t i, io::Picture& /*into*/) const override {
    throw Error(Code::data, {.image = where(i)}, "an image that must not be read was read");
  }
  [[nodiscard]] std::string where(std::int64_t i) const override { return like_->where(i); }
  [[nodiscard]] std::string digest() const override { return like_->digest(); }

 private:
  std::shared_ptr<const data::Source> like_;
};

}  // namespace temper::tune
