; What a recording takes from float32 elements, in LLVM's assembly language. onepass.py compiles it.
;
; Every machine adds in the same order, whatever its vectors' width: 32 sums side by side (element i to sum i mod 32), in
; float32 for 64 rows of 32, then in float64. A value that is not finite makes the squares not finite; comparisons pass
; over nan. Memory is asked for what lies 3 kB ahead: left to itself, a processor stops fetching at the end of each page.

declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
declare double @llvm.vector.reduce.fadd.v32f64(double, <32 x double>)
declare float @llvm.vector.reduce.fmin.v32f32(<32 x float>)
declare float @llvm.vector.reduce.fmax.v32f32(<32 x float>)
declare double @llvm.floor.f64(double)
declare i64 @llvm.umin.i64(i64, i64)

; Of the elements from %from to %to: adds to `found` the sums of x - shift and of (x - shift)^2, and lowers and raises
; its extremes. On the way, those at `places` from number %taken on, which ascend and end with a number above all, are
; copied to `sample`. Returns the number of the next place.
define internal i64 @read(ptr noalias readonly %x, i64 %from, i64 %to, float %shift, ptr noalias readonly %places,
                          i64 %taken, ptr noalias %sample, ptr noalias %found) {
start:
  %x.from = getelementptr inbounds float, ptr %x, i64 %from
  %first = load float, ptr %x.from, align 4
  %first.0 = insertelement <32 x float> poison, float %first, i64 0
  %firsts = shufflevector <32 x float> %first.0, <32 x float> poison, <32 x i32> zeroinitializer
  %shift.0 = insertelement <32 x float> poison, float %shift, i64 0
  %shifts = shufflevector <32 x float> %shift.0, <32 x float> poison, <32 x i32> zeroinitializer
  %count = sub i64 %to, %from
  %rest.count = and i64 %count, 31
  %whole = sub i64 %to, %rest.count
  br label %block

block: ; 64 rows, or those that are left
  %at = phi i64 [ %from, %start ], [ %end, %look ]
  %taken.at = phi i64 [ %taken, %start ], [ %p, %look ]
  %low.at = phi <32 x float> [ %firsts, %start ], [ %low.i, %look ]
  %high.at = phi <32 x float> [ %firsts, %start ], [ %high.i, %look ]
  %sum.at = phi <32 x double> [ zeroinitializer, %start ], [ %sum.wide, %look ]
  %squares.at = phi <32 x double> [ zeroinitializer, %start ], [ %squares.wide, %look ]
  %is.over = icmp uge i64 %at, %whole
  br i1 %is.over, label %together, label %rows

rows:
  %full = add i64 %at, 2048
  %is.last = icmp ugt i64 %full, %whole
  %end = select i1 %is.last, i64 %whole, i64 %full
  br label %row

row:
  %i = phi i64 [ %at, %rows ], [ %i.next, %row ]
  %low = phi <32 x float> [ %low.at, %rows ], [ %low.i, %row ]
  %high = phi <32 x float> [ %high.at, %rows ], [ %high.i, %row ]
  %sum = phi <32 x float> [ zeroinitializer, %rows ], [ %sum.i, %row ]
  %squares = phi <32 x float> [ zeroinitializer, %rows ], [ %squares.i, %row ]
  %here = getelementptr inbounds float, ptr %x, i64 %i
  %ahead = getelementptr i8, ptr %here, i64 3072
  call void @llvm.prefetch.p0(ptr %ahead, i32 0, i32 3, i32 1) ; to read, often, as data
  %ahead.more = getelementptr i8, ptr %here, i64 3136
  call void @llvm.prefetch.p0(ptr %ahead.more, i32 0, i32 3, i32 1)
  %values = load <32 x float>, ptr %here, align 4
  %is.lower = fcmp olt <32 x float> %values, %low
  %low.i = select <32 x i1> %is.lower, <32 x float> %values, <32 x float> %low
  %is.higher = fcmp ogt <32 x float> %values, %high
  %high.i = select <32 x i1> %is.higher, <32 x float> %values, <32 x float> %high
  %distances = fsub <32 x float> %values, %shifts
  %sum.i = fadd <32 x float> %sum, %distances
  %squared = fmul <32 x float> %distances, %distances
  %squares.i = fadd <32 x float> %squares, %squared
  %i.next = add i64 %i, 32
  %is.more = icmp ult i64 %i.next, %end
  br i1 %is.more, label %row, label %wide

wide:
  %sum.double = fpext <32 x float> %sum.i to <32 x double>
  %sum.wide = fadd <32 x double> %sum.at, %sum.double
  %squares.double = fpext <32 x float> %squares.i to <32 x double>
  %squares.wide = fadd <32 x double> %squares.at, %squares.double
  br label %look

look: ; is the next of the sample among those just read?
  %p = phi i64 [ %taken.at, %wide ], [ %p.next, %pick ]
  %places.p = getelementptr inbounds i64, ptr %places, i64 %p
  %place.p = load i64, ptr %places.p, align 8
  %is.read = icmp ult i64 %place.p, %end
  br i1 %is.read, label %pick, label %block

pick:
  %x.p = getelementptr inbounds float, ptr %x, i64 %place.p
  %value.p = load float, ptr %x.p, align 4
  %sample.p = getelementptr inbounds float, ptr %sample, i64 %p
  store float %value.p, ptr %sample.p, align 4
  %p.next = add i64 %p, 1
  br label %look

together:
  %low.32 = call float @llvm.vector.reduce.fmin.v32f32(<32 x float> %low.at)
  %high.32 = call float @llvm.vector.reduce.fmax.v32f32(<32 x float> %high.at)
  %sum.32 = call double @llvm.vector.reduce.fadd.v32f64(double -0.0, <32 x double> %sum.at)
  %squares.32 = call double @llvm.vector.reduce.fadd.v32f64(double -0.0, <32 x double> %squares.at)
  br label %rest

rest: ; fewer than 32 elements, one by one
  %j = phi i64 [ %whole, %together ], [ %j.next, %next ]
  %q = phi i64 [ %taken.at, %together ], [ %q.next, %next ]
  %low.j = phi float [ %low.32, %together ], [ %low.next, %next ]
  %high.j = phi float [ %high.32, %together ], [ %high.next, %next ]
  %sum.j = phi double [ %sum.32, %together ], [ %sum.next, %next ]
  %squares.j = phi double [ %squares.32, %together ], [ %squares.next, %next ]
  %is.left = icmp ult i64 %j, %to
  br i1 %is.left, label %one, label %done

one:
  %x.j = getelementptr inbounds float, ptr %x, i64 %j
  %value = load float, ptr %x.j, align 4
  %value.lower = fcmp olt float %value, %low.j
  %low.next = select i1 %value.lower, float %value, float %low.j
  %value.higher = fcmp ogt float %value, %high.j
  %high.next = select i1 %value.higher, float %value, float %high.j
  %distance = fsub float %value, %shift
  %distance.wide = fpext float %distance to double
  %sum.next = fadd double %sum.j, %distance.wide
  %square = fmul double %distance.wide, %distance.wide
  %squares.next = fadd double %squares.j, %square
  %places.q = getelementptr inbounds i64, ptr %places, i64 %q
  %place.q = load i64, ptr %places.q, align 8
  %is.wanted = icmp eq i64 %place.q, %j
  br i1 %is.wanted, label %keep, label %next

keep:
  %sample.q = getelementptr inbounds float, ptr %sample, i64 %q
  store float %value, ptr %sample.q, align 4
  br label %next

next:
  %kept = zext i1 %is.wanted to i64
  %q.next = add i64 %q, %kept
  %j.next = add i64 %j, 1
  br label %rest

done:
  %found.1 = getelementptr inbounds double, ptr %found, i64 1
  %found.2 = getelementptr inbounds double, ptr %found, i64 2
  %found.3 = getelementptr inbounds double, ptr %found, i64 3
  %sum.before = load double, ptr %found, align 8
  %squares.before = load double, ptr %found.1, align 8
  %low.before = load double, ptr %found.2, align 8
  %high.before = load double, ptr %found.3, align 8
  %sum.all = fadd double %sum.before, %sum.j
  %squares.all = fadd double %squares.before, %squares.j
  %low.wide = fpext float %low.j to double
  %high.wide = fpext float %high.j to double
  %is.least = fcmp olt double %low.wide, %low.before
  %low.all = select i1 %is.least, double %low.wide, double %low.before
  %is.most = fcmp ogt double %high.wide, %high.before
  %high.all = select i1 %is.most, double %high.wide, double %high.before
  store double %sum.all, ptr %found, align 8
  store double %squares.all, ptr %found.1, align 8
  store double %low.all, ptr %found.2, align 8
  store double %high.all, ptr %found.3, align 8
  ret i64 %q
}

; The same of `runs` runs of `count` elements, which begin every `stride` elements; `found` begins anew.
define internal void @read_runs(ptr noalias readonly %x, i64 %runs, i64 %stride, i64 %count, float %shift,
                                ptr noalias readonly %places, ptr noalias %sample, ptr noalias %found) {
start:
  %found.1 = getelementptr inbounds double, ptr %found, i64 1
  %found.2 = getelementptr inbounds double, ptr %found, i64 2
  %found.3 = getelementptr inbounds double, ptr %found, i64 3
  store double 0.0, ptr %found, align 8
  store double 0.0, ptr %found.1, align 8
  store double 0x7FF0000000000000, ptr %found.2, align 8 ; infinity
  store double 0xFFF0000000000000, ptr %found.3, align 8
  br label %row

row:
  %r = phi i64 [ 0, %start ], [ %r.next, %row ]
  %from = phi i64 [ 0, %start ], [ %from.next, %row ]
  %taken = phi i64 [ 0, %start ], [ %taken.next, %row ]
  %to = add i64 %from, %count
  %taken.next = call i64 @read(ptr %x, i64 %from, i64 %to, float %shift, ptr %places, i64 %taken, ptr %sample, ptr %found)
  %from.next = add i64 %from, %stride
  %r.next = add i64 %r, 1
  %is.more = icmp ult i64 %r.next, %runs
  br i1 %is.more, label %row, label %done

done:
  ret void
}

@nowhere = private constant i64 -1

; int32_t moments(const float *x, int64_t runs, int64_t stride, int64_t count, const int64_t *places, float *sample,
;                 double found[4])
;
; Mean, sum of squared distances from it, least and largest of `runs` > 0 runs of `count` > 0 elements which begin every
; `stride` elements; a sample, as above. Returns 1, or 0 where squares are not finite or too near the smallest float32
; (1e-45): then the moments are not to be trusted.
define i32 @moments(ptr noalias readonly %x, i64 %runs, i64 %stride, i64 %count, ptr noalias readonly %places,
                    ptr noalias %sample, ptr noalias %found) {
start:
  call void @read_runs(ptr %x, i64 %runs, i64 %stride, i64 %count, float 0.0, ptr %places, ptr %sample, ptr %found)
  %found.1 = getelementptr inbounds double, ptr %found, i64 1
  %found.2 = getelementptr inbounds double, ptr %found, i64 2
  %found.3 = getelementptr inbounds double, ptr %found, i64 3
  %total = load double, ptr %found, align 8
  %squares = load double, ptr %found.1, align 8
  %low = load double, ptr %found.2, align 8
  %high = load double, ptr %found.3, align 8
  %nothing = fsub double %squares, %squares ; nan, unless they are finite
  %is.finite = fcmp oeq double %nothing, 0.0
  %below = fneg double %low
  %is.below = fcmp ogt double %below, %high
  %most = select i1 %is.below, double %below, double %high
  %is.zero = fcmp oeq double %most, 0.0
  %is.large = fcmp oge double %most, 1.0e-14
  %is.fit = or i1 %is.zero, %is.large
  %is.good = and i1 %is.finite, %is.fit
  br i1 %is.good, label %good, label %bad

bad:
  ret i32 0

good:
  %is.constant = fcmp oeq double %low, %high
  br i1 %is.constant, label %constant, label %spread

constant:
  store double %low, ptr %found, align 8
  store double 0.0, ptr %found.1, align 8
  ret i32 1

spread:
  %elements = mul i64 %runs, %count
  %n = uitofp i64 %elements to double
  %mean = fdiv double %total, %n
  %of.mean = fmul double %mean, %total
  %deviations = fsub double %squares, %of.mean
  %twice = fmul double %deviations, 2.0
  %is.far = fcmp ogt double %of.mean, %twice
  br i1 %is.far, label %far, label %done

far: ; rms^2 - mean^2 loses too much (its error grows like 1 + mean^2 / variance): once more, from a value near the mean
  %near = fptrunc double %mean to float
  call void @read_runs(ptr %x, i64 %runs, i64 %stride, i64 %count, float %near, ptr @nowhere, ptr %sample, ptr %found)
  %total.near = load double, ptr %found, align 8
  %squares.near = load double, ptr %found.1, align 8
  %near.wide = fpext float %near to double
  %apart = fdiv double %total.near, %n
  %mean.near = fadd double %near.wide, %apart
  %of.apart = fmul double %apart, %total.near
  %deviations.near = fsub double %squares.near, %of.apart
  br label %done

done:
  %mean.found = phi double [ %mean, %spread ], [ %mean.near, %far ]
  %deviations.found = phi double [ %deviations, %spread ], [ %deviations.near, %far ]
  %is.negative = fcmp olt double %deviations.found, 0.0
  %deviations.most = select i1 %is.negative, double 0.0, double %deviations.found
  store double %mean.found, ptr %found, align 8
  store double %deviations.most, ptr %found.1, align 8
  ret i32 1
}

; int64_t histogram(const float *x, int64_t count, double scale, double first, int64_t bins[64])
;
; Adds 1 to bin floor(x * scale) - first for every finite x, all of which have one. Returns how many are 0.
define i64 @histogram(ptr noalias readonly %x, i64 %count, double %scale, double %first, ptr noalias %bins) {
start:
  br label %next

next:
  %i = phi i64 [ 0, %start ], [ %i.next, %counted ]
  %zeros = phi i64 [ 0, %start ], [ %zeros.next, %counted ]
  %is.left = icmp ult i64 %i, %count
  br i1 %is.left, label %one, label %done

one:
  %here = getelementptr inbounds float, ptr %x, i64 %i
  %value = load float, ptr %here, align 4
  %i.next = add i64 %i, 1
  %is.zero = fcmp oeq float %value, 0.0
  %zero = zext i1 %is.zero to i64
  %zeros.next = add i64 %zeros, %zero
  %distance = fsub float %value, %value ; nan, unless it is finite
  %is.finite = fcmp oeq float %distance, 0.0
  br i1 %is.finite, label %count.it, label %counted

count.it:
  %wide = fpext float %value to double
  %scaled = fmul double %wide, %scale
  %bin = call double @llvm.floor.f64(double %scaled)
  %index = fsub double %bin, %first
  %number = fptosi double %index to i64
  %inside = call i64 @llvm.umin.i64(i64 %number, i64 63) ; whatever happens, nothing else is written to
  %bins.number = getelementptr inbounds i64, ptr %bins, i64 %inside
  %before = load i64, ptr %bins.number, align 8
  %after = add i64 %before, 1
  store i64 %after, ptr %bins.number, align 8
  br label %counted

counted:
  br label %next

done:
  ret i64 %zeros
}
