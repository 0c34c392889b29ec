#pragma once
#include <ATen/core/Tensor.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/stop_flag.h"
#include "temper/distributed/ranks.h"

namespace temper::distributed {

struct GroupOptions {
  std::chrono::milliseconds join_timeout{std::chrono::minutes(5)};  ///< for all ranks to be there
  /// A rank whose process has given no sign of life for so long counts as lost.
  std::chrono::milliseconds rank_timeout{std::chrono::minutes(1)};
  std::string version = {};  ///< of the program, which must be the same on all ranks
  /// Asks this process to stop, also while it waits for the others; null: nothing does. It must
  /// live as long as the constructor runs.
  const StopFlag* stop = nullptr;
};

/// Joins the GPUs of the ranks, one of each: waits for all of them, and returns a c10d::Backend*
/// of which the caller owns a reference. Throws std::exception.
/// @param store  a c10::intrusive_ptr<c10d::Store>, for their use alone
using JoinGpus = void*(const void* store, int rank, int size);

/// The ranks that train together, joined by c10d's Gloo. All ranks call the same functions in the
/// same order, from one thread each; tensors are dense and of equal sizes and types, on the CPU or,
/// after join_gpus(), on the GPU of each rank.
///
/// A function that waits throws an Error where another rank has failed: one that has left() with
/// that rank's own message and exit status, and Error{Code::io} naming the rank, its host and its
/// last step where it was killed, or has given no sign of life for rank_timeout. Nothing else works
/// after that.
class Group {
 public:
  /// Waits until all ranks are there. Throws Error{Code::usage} where they are not within the time,
  /// naming those that are missing, or where the processes do not belong together; Error{Code::io}
  /// for one that has been lost meanwhile, and Error{Code::stopped} where this process is asked to
  /// stop. The others are told, and throw the same error. A thread may go on after an error, so
  /// that the process should end without destructors.
  explicit Group(const Ranks& ranks, const GroupOptions& options = {});
  /// After close() or leave(). Otherwise the connections stay open until the process ends.
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;
  Group(Group&&) = delete;
  Group& operator=(Group&&) = delete;

  [[nodiscard]] const Ranks& ranks() const;
  [[nodiscard]] std::int64_t rank() const { return ranks().rank; }
  [[nodiscard]] std::int64_t size() const { return ranks().size; }
  /// Rank 0, which writes files.
  [[nodiscard]] bool leads() const { return rank() == 0; }

  /// Lets ranks exchange tensors that are on their GPUs. All ranks call it; the second time it does
  /// nothing.
  void join_gpus(JoinGpus* join);

  /// An operation that goes on while this rank computes.
  class Pending {
   public:
    Pending();
    ~Pending();
    Pending(Pending&&) noexcept;
    Pending& operator=(Pending&&) noexcept;
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;
    /// Until it is done. Does nothing the second time.
    void wait();

   private:
    friend class Group;
    struct Work;
    std::unique_ptr<Work> work_;
  };

  /// The sum over all ranks, in place: the same bits on all ranks, and in every run with as many of
  /// them.
  void sum(at::Tensor tensor);
  /// The tensor must not be used until the result is waited for.
  [[nodiscard]] Pending sum_later(at::Tensor tensor);
  /// The tensor of that rank, in place.
  void broadcast(at::Tensor tensor, std::int64_t from = 0);
  /// The tensor must not be used until the result is waited for.
  [[nodiscard]] Pending broadcast_later(at::Tensor tensor, std::int64_t from);
  /// The bytes of that rank.
  [[nodiscard]] std::string broadcast(const std::string& bytes, std::int64_t from = 0);
  /// The bytes of each rank, on all of them.
  [[nodiscard]] std::vector<std::string> gather(const std::string& bytes);
  /// A tensor of `all` rows, of which each rank has those of rows_of().
  [[nodiscard]] at::Tensor gather_rows(const at::Tensor& part, std::int64_t all);
  /// Sends rows of a tensor to each rank and receives theirs.
  /// @param rows  [m, d], contiguous: those for rank 0, then those for rank 1, and so on
  /// @param sent, received  numbers of rows for and from each rank
  /// @return [k, d]: those of rank 0 first
  [[nodiscard]] at::Tensor exchange(const at::Tensor& rows, std::vector<std::int64_t> sent,
                                    std::vector<std::int64_t> received);
  /// Waits for all ranks.
  void barrier();

  /// Throws where another rank has failed, as a function that waits does: for work that takes long,
  /// to be called often. It looks twice a second, and sends no message.
  void check();

  /// The number of steps that this rank has done, for the messages of the others.
  void note_step(std::int64_t step);

  /// Waits for all ranks, and ends their connection.
  void close();
  /// Tells the others that this rank ends because of an error, unless it is one that they have
  /// told. Rank 0 gives them time to read it. Does not throw.
  /// @return whether the error is this rank's own: not that of a rank that has failed or is lost
  bool leave(const Error& error);

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace temper::distributed
