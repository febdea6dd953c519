"""Operations compiled to plans: what is asked often is answered without interpreting it anew each time.

    text ──> texts.py ──> collect.py ──> emit.py ──────> run.py ──> answer
             parsed once   fields by      one function    waves of
             and validated concrete type  for each shape  look-ups
                                                │
                    anything unexpected         └──> Strawberry executes the operation again, as if there were no plan

plans.py keeps the texts and decides which way an operation goes; plan.py is what is decided for each field,
arguments.py how it is called, source.py what is written, leaves.py and called.py what the generated code calls.
The generated code covers the answer without errors alone. The resolvers, rights and look-ups are those that Strawberry
calls; what a plan leaves out is deciding, for each field of each object, what is known from the text already.
"""
