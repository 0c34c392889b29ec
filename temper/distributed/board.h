#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace temper::distributed {

/// Entries that all ranks read and write: a key-value store. Its functions may be called by one
/// thread at a time. They throw std::exception where the store can't be reached.
class Board {
 public:
  Board() = default;
  virtual ~Board() = default;
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;
  Board(Board&&) = delete;
  Board& operator=(Board&&) = delete;

  virtual void set(const std::string& key, const std::string& text) = 0;
  virtual void append(const std::string& key, const std::string& text) = 0;
  /// The entries, which must exist.
  virtual std::vector<std::string> get(const std::vector<std::string>& keys) = 0;
  [[nodiscard]] virtual bool has(const std::string& key) = 0;
  /// Adds to a number, which is 0 at first. @return the sum
  virtual std::int64_t add(const std::string& key, std::int64_t value) = 0;
};

}  // namespace temper::distributed
