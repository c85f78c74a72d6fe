"""What everybody promises before the first walk is opened: the rules on the electoral register, in plain words.

Source: Representation of the People (England and Wales) Regulations 2001 (SI 2001/341): reg 102 (the full register
goes to those entitled to it for their own purposes), reg 108 (a candidate may use it for electoral purposes and may
not pass on what is only in the full register), reg 115 (a breach is a criminal offence, of the person and of those
who supervise). A change of the words is a new version, and everybody is asked again.
"""

VERSION = "2026-11"
TEXT = """\
This walk shows names and addresses from the electoral register. The law lets a candidate use it for this election \
and for nothing else.

I will use what I see only to canvass for this campaign.
I will not copy it, photograph it, pass it on or read it out to anybody outside the campaign.
I will keep the phone locked and with me, and tell an organiser at once if it is lost.
I understand that misusing the register is a criminal offence, for me and for those who run the campaign.

(Representation of the People (England and Wales) Regulations 2001, regulations 102, 108 and 115)\
"""
