#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "temper/data/sources/source.h"

namespace temper::data {

/// A subset of the images of a source, with new indices.
class Subset : public Source {
 public:
  /// @param rows  of `base`, each in [0, base->size()); image i of the subset is rows[i]
  Subset(std::shared_ptr<const Source> base, std::vector<std::int64_t> rows);

  [[nodiscard]] std::int64_t size() const override;
  [[nodiscard]] const std::vector<std::string>& classes() const override {
    return base_->classes();
  }
  [[nodiscard]] std::int64_t label(std::int64_t i) const override { return base_->label(row(i)); }
  [[nodiscard]] const std::vector<std::string>& value_names() const override {
    return base_->value_names();
  }
  [[nodiscard]] std::span<const double> values(std::int64_t i) const override {
    return base_->values(row(i));
  }
  [[nodiscard]] int channels() const override { return base_->channels(); }
  void read(std::int64_t i, io::Picture& into) const override { base_->read(row(i), into); }
  [[nodiscard]] double weight(std::int64_t i) const override { return base_->weight(row(i)); }
  [[nodiscard]] std::string where(std::int64_t i) const override { return base_->where(row(i)); }
  [[nodiscard]] std::string name(std::int64_t i) const override { return base_->name(row(i)); }
  [[nodiscard]] std::string digest() const override;
  [[nodiscard]] std::optional<io::HashValue> content(std::int64_t i) const override {
    return base_->content(row(i));
  }

  [[nodiscard]] std::int64_t row(std::int64_t i) const {
    return rows_[static_cast<std::size_t>(i)];
  }

 private:
  std::shared_ptr<const Source> base_;
  std::vector<std::int64_t> rows_;
};

}  // namespace temper::data
