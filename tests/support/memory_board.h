#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "temper/distributed/board.h"

namespace temper::test {

/// A store in memory, for the threads of a process.
struct Entries {
  std::mutex mutex;
  std::map<std::string, std::string> texts;
  std::map<std::string, std::int64_t> numbers;
  bool gone = false;
};

class MemoryBoard : public distributed::Board {
 public:
  explicit MemoryBoard(std::shared_ptr<Entries> entries) : entries_(std::move(entries)) {}
  void set(const std::string& key, const std::string& text) override {
    const auto lock = locked();
    entries_->texts[key] = text;
  }
  void append(const std::string& key, const std::string& text) override {
    const auto lock = locked();
    entries_->texts[key] += text;
  }
  std::vector<std::string> get(const std::vector<std::string>& keys) override {
    const auto lock = locked();
    std::vector<std::string> texts;
    for (const auto& key : keys) texts.push_back(entries_->texts.at(key));
    return texts;
  }
  bool has(const std::string& key) override {
    const auto lock = locked();
    return entries_->texts.contains(key);
  }
  std::int64_t add(const std::string& key, std::int64_t value) override {
    const auto lock = locked();
    return entries_->numbers[key] += value;
  }

 private:
  [[nodiscard]] std::unique_lock<std::mutex> locked() const {
    std::unique_lock lock(entries_->mutex);
    if (entries_->gone) throw std::runtime_error("gone");
    return lock;
  }

  std::shared_ptr<Entries> entries_;
};

}  // namespace temper::test
